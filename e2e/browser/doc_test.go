// Package browser tests the playground's page and the agreement page in a headless Chromium. It is a package of its own
// because these tests are slow and few of them can run in parallel. Without a browser they are skipped.
package browser
