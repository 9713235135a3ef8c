.DEFAULT_GOAL := help
help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12
demo: ## three people, from photos to filed evidence, against the simulated world
	go run . demo --people 3
test: ## all tests
	go test ./...
race: ## tests of what is concurrent, under the race detector
	go test -race ./bot ./engine ./workers ./store/... ./sim/... ./playground/...
lint: ## gofmt, vet, staticcheck, tidy
	.ci/lint
golden: ## rewrite golden files after a deliberate change
	go test ./cards ./esign ./flows ./sim/scenario -update
	go test ./doctor -run TestCheckFindsWhatIsWrong -update-check
bench: ## benchmarks
	go test -run '^$$' -bench . ./bot ./store ./idcard
build: ## static binary
	CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags "-s -w" -o shiming .
ci: ## what CI runs
	.ci/run
.PHONY: help demo test race lint golden bench build ci
