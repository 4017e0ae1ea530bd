// What changes by itself is fetched again where scripts run; elsewhere a link reloads the page.
// <div data-refresh="/address 5">: every 5 seconds its content becomes the page's fragment of the same id,
// until the answer no longer carries data-refresh.
"use strict";
for (const place of document.querySelectorAll("[data-refresh]")) renew(place);

function renew(place) {
  const [address, seconds] = place.dataset.refresh.split(" ");
  setTimeout(async () => {
    let next = place;
    if (!document.hidden && !place.contains(document.activeElement)) {
      try {
        const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.getElementById(place.id);
          if (fresh) {
            place.replaceWith(fresh);
            next = fresh;
          }
        }
      } catch {
        // The network is away: the next try comes by itself.
      }
    }
    if (next.dataset.refresh) renew(next);
  }, Math.max(2, Number(seconds)) * 1000);
}
for (const extra of document.querySelectorAll(".without-script")) extra.hidden = true;
