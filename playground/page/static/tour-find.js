// Finds visible elements.

// shown returns the last element in a pane that matches a selector, is visible and is enabled.
export const shown = (pane, selector) => [...document.querySelectorAll(`[data-pane="${pane}"] ${selector}`)].filter((n) => !n.disabled && n.getClientRects().length > 0).pop();
