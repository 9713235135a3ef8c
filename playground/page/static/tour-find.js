// Finding what shows on the page.

// shown is the last element in a pane that a selector finds, that shows and can be used.
export const shown = (pane, selector) => [...document.querySelectorAll(`[data-pane="${pane}"] ${selector}`)].filter((n) => !n.disabled && n.getClientRects().length > 0).pop();
