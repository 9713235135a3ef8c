// Package browser holds the tests of the playground's page in a headless Chromium. They are a package of their own
// because they take long and want few beside them; they are skipped where there is no browser.
package browser
