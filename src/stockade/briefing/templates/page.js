"use strict";
// Draws every figure from the specification that stands in the page. `ast: true` runs Vega's expressions through its
// interpreter, so that the page's security policy can forbid eval.
(async () => {
  for (const script of document.querySelectorAll("script[data-figure]")) {
    const place = document.getElementById(script.dataset.figure);
    try {
      await vegaEmbed(place, JSON.parse(script.textContent), { actions: false, renderer: "svg", ast: true });
      place.style.minHeight = "0";
    } catch (error) {
      place.textContent = "This figure could not be drawn: " + error;
    }
  }
  document.documentElement.dataset.drawn = "yes";
})();
// On paper everything stands open; afterwards each part is again as the reader left it.
const opened = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    opened.push(part);
  }
});
addEventListener("afterprint", () => {
  for (const part of opened.splice(0)) part.open = false;
});
// A link to a claim opens it.
const unfold = () => {
  const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (part && part.tagName === "DETAILS") part.open = true;
};
addEventListener("hashchange", unfold);
unfold();
