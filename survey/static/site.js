// Optional: leads to the summary of faults, counts the questions answered, hides those that do not apply.
// Everything works without it.
(function () {
  "use strict";
  var summary = document.querySelector(".summary[role=alert]");
  if (summary) summary.focus();
  var progress = document.getElementById("progress");
  if (!progress) return;
  var form = document.getElementById("answers");
  var cards = [].slice.call(form.querySelectorAll(".card"));

  function values(name) {
    return [].slice.call(form.elements).filter(function (field) {
      return field.name === name && (field.checked || (/text/.test(field.type) && field.value.trim()));
    }).map(function (field) { return field.value; });
  }

  // data-depends is "name=value,value name=value": every part must hold.
  function applies(card) {
    var conditions = card.getAttribute("data-depends");
    return !conditions || conditions.split(" ").every(function (condition) {
      var at = condition.lastIndexOf("=");
      var allowed = condition.slice(at + 1).split(",");
      return values(condition.slice(0, at)).some(function (value) { return allowed.indexOf(value) >= 0; });
    });
  }

  function answered(card) {
    return [].some.call(card.querySelectorAll("input,textarea"), function (field) {
      return field.checked || (/text/.test(field.type) && field.value.trim());
    });
  }

  function refresh() {
    var asked = cards.filter(function (card) {
      var yes = applies(card);
      card.hidden = !yes;
      return yes;
    });
    progress.textContent = progress.getAttribute("data-say")
      .replace("{n}", asked.filter(answered).length).replace("{all}", asked.length);
  }

  form.addEventListener("change", refresh);
  window.addEventListener("pageshow", refresh);
  refresh();
})();
