// Optional: counts along, opens the reason that a grade asks for, clears a row, takes the keys 1 to 9.
// Everything works without it.
(function () {
  "use strict";
  var summary = document.querySelector(".summary[role=alert]");
  if (summary) summary.focus();
  var form = document.getElementById("answers");
  var rows = all(".row, fieldset.card");
  var progress = document.getElementById("progress");
  var over = form.querySelector(".over");
  var limits = all(".limit");

  function all(selector, inside) { return [].slice.call((inside || form).querySelectorAll(selector)); }
  function given(field) { return field.checked || (field.type === "text" && field.value.trim()); }

  // data-depends is "name=value,value name=value": every part must hold.
  function applies(place) {
    return place.getAttribute("data-depends").split(" ").every(function (condition) {
      var at = condition.lastIndexOf("=");
      var wanted = condition.slice(at + 1).split(",");
      return all('input[name="' + condition.slice(0, at) + '"]:checked').some(function (field) {
        return wanted.indexOf(field.value) >= 0;
      });
    });
  }

  function counted(limit, field) {
    var data = limit.dataset;
    if (data.values) return field.checked && data.values.split(",").indexOf(field.value) >= 0;
    var number = parseFloat(field.value);
    return number >= (data.from === "" ? -Infinity : +data.from) && number < (data.below === "" ? Infinity : +data.below);
  }

  function refresh() {
    all("[data-depends]").forEach(function (place) {
      var yes = applies(place);
      if (yes && place.hidden && place.tagName === "DETAILS") place.open = true;
      place.hidden = !yes;
    });
    var asked = rows.filter(function (row) { return !row.hidden; });
    var done = asked.filter(function (row) {
      var answered = all("input", row).some(given);
      var button = row.querySelector(".clear");
      if (answered && !button && row.querySelector(".marks")) row.appendChild(clearer());
      if (!answered && button) button.remove();
      return answered;
    });
    progress.textContent = progress.dataset.say.replace("{n}", done.length).replace("{all}", asked.length);
    var broken = [];
    limits.forEach(function (limit, place) {
      var n = all('input[name^="' + limit.dataset.item + ':"]').filter(counted.bind(null, limit)).length;
      var words = limit.dataset.say.replace("{n}", n);
      var much = +limit.dataset.most >= 0 && n > +limit.dataset.most;
      if (much) broken.push(words);
      [limit].concat(all('[data-limit="' + place + '"]')).forEach(function (sign) {
        sign.hidden = false;
        sign.textContent = much ? over.dataset.say.replace("{what}", words) : words;
        sign.classList.toggle("much", much);
      });
    });
    var said = broken.length ? over.dataset.say.replace("{what}", broken.join(", ")) : "";
    if (over.textContent !== said) over.textContent = said;
  }

  function clearer() {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "clear";
    button.textContent = form.dataset.clear;
    return button;
  }

  form.classList.add("scripted");
  form.addEventListener("click", function (event) {
    if (!event.target.classList.contains("clear")) return;
    var fields = all(".marks input", event.target.parentNode);
    fields.forEach(function (field) { field.checked = false; });
    fields[0].focus();
    refresh();
  });
  form.addEventListener("keydown", function (event) {
    if (event.target.type !== "radio" || event.ctrlKey || event.altKey || event.metaKey) return;
    var field = all("input", event.target.closest("fieldset"))[event.key - 1];
    if (!field || field.type !== "radio") return;
    event.preventDefault();
    field.checked = true;
    field.focus();
    refresh();
  });
  form.addEventListener("change", refresh);
  window.addEventListener("pageshow", refresh);
  all("details[data-depends]").forEach(function (place) { if (!place.open) place.hidden = true; });
  if (window.matchMedia("(hover: hover)").matches) document.getElementById("keys").hidden = false;
  refresh();
})();
