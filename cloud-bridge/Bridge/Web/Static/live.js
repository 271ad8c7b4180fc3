// Keeps the parts of a page marked data-live up to date from the page's own address. Without it the page works by reloading.
(() => {
  const every = Number(document.currentScript.dataset.every || 30) * 1000;
  let timer = 0;

  async function refresh() {
    clearTimeout(timer);
    timer = setTimeout(refresh, every);
    if (document.hidden) return;
    let answer;
    try {
      // The header tells the server that nobody is doing anything here: such a request does not prolong the session.
      answer = await fetch(location.href, { cache: "no-store", headers: { "X-Live": "1" } });
    } catch {
      return stale(true);
    }
    if (answer.redirected) return location.reload();
    if (!answer.ok) return stale(true);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
      if (!next) continue;
      // Who is just reading or typing there is left alone until the next time.
      if (part.contains(document.activeElement) || (getSelection().toString() && part.contains(getSelection().anchorNode))) continue;
      for (const open of part.querySelectorAll("details[open][id]")) next.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
      if (next.outerHTML !== part.outerHTML) part.replaceWith(next);
    }
    stale(false);
  }

  function stale(yes) {
    for (const sign of document.querySelectorAll("[data-live-stale]")) sign.hidden = !yes;
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  timer = setTimeout(refresh, every);
})();
