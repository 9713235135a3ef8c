package flows

// For the tests from outside, which need the store and the clients that import this package.
var (
	SampleCase     = sampleCase
	SampleReadings = sampleReadings
	TestPolicy     = testPolicy
	Noon           = noon
	Backoff        = backoff
)

const (
	SampleName   = sampleName
	SampleNumber = sampleNumber
	SampleMobile = sampleMobile
	OtherNumber  = otherNumber
)
