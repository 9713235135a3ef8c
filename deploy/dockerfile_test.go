package deploy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// buildArguments are the build arguments of the Dockerfile with their defaults. A network that does not reach a
// default, as in mainland China, replaces it.
var buildArguments = map[string]string{
	"GO_IMAGE":   "golang:1.26.8-bookworm",
	"BASE_IMAGE": "gcr.io/distroless/static-debian12:nonroot",
	"GOPROXY":    "https://proxy.golang.org,direct",
}

// TestDockerfileTakesItsSourcesAsArguments checks that the build reaches no host that cannot be replaced.
func TestDockerfileTakesItsSourcesAsArguments(t *testing.T) {
	text := files.Read(t, "Dockerfile")
	declared := map[string]string{}
	for _, arg := range regexp.MustCompile(`(?m)^ARG (\w+)=(.+)$`).FindAllStringSubmatch(text, -1) {
		declared[arg[1]] = arg[2]
	}
	for name, want := range buildArguments {
		t.Run(name, func(t *testing.T) {
			if got := declared[name]; got != want {
				t.Errorf("got the default %q, want %q", got, want)
			}
		})
	}
	var bases []string
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1) {
		bases = append(bases, from[1])
	}
	if want := []string{"${GO_IMAGE}", "${BASE_IMAGE}"}; !slices.Equal(bases, want) {
		t.Errorf("got stages from %v, want %v", bases, want)
	}
	// An argument before the first FROM is not visible in a stage, one behind the download is too late for it.
	stage := text[strings.Index(text, "\nFROM"):]
	if proxy := strings.Index(stage, "\nARG GOPROXY="); proxy < 0 ||
		proxy > strings.Index(stage, "\nRUN go mod download") {
		t.Error("got no GOPROXY in the first stage before go mod download, want it there")
	}
	// BASE_IMAGE may be an image without certificates.
	if want := "COPY --from=build /etc/ssl/certs/ca-certificates.crt "; !strings.Contains(text, want) {
		t.Errorf("got no line %q, want it", want)
	}
}

// TestBuildArgumentsAreShown checks that both READMEs show a build with all arguments, that Compose passes them on, and
// that the images of the mirror are those of a hub, since gcr.io has no mirror in some networks.
func TestBuildArgumentsAreShown(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh.md"} {
		t.Run(name, func(t *testing.T) {
			shown := map[string]string{}
			for _, arg := range regexp.MustCompile(`--build-arg (\w+)=(\S+)`).FindAllStringSubmatch(files.Read(t, name), -1) {
				shown[arg[1]] = arg[2]
			}
			for arg := range buildArguments {
				if shown[arg] == "" {
					t.Errorf("got no --build-arg %s, want one", arg)
				}
			}
			if len(shown) != len(buildArguments) {
				t.Errorf("got the arguments %v, want those of the Dockerfile", shown)
			}
			if got, want := shown["GO_IMAGE"], "/library/"+buildArguments["GO_IMAGE"]; !strings.HasSuffix(got, want) {
				t.Errorf("got the image %s, want the default one from a mirror: …%s", got, want)
			}
			if got := shown["BASE_IMAGE"]; !strings.Contains(got, "/library/") {
				t.Errorf("got the base %s, want one from a mirror of the hub", got)
			}
		})
	}
	compose := files.Documents(t, "deploy/compose.yaml")[0]
	passed, _ := files.At(compose, "services", "shiming", "build", "args").([]any)
	for name := range buildArguments {
		if !slices.Contains(passed, any(name)) {
			t.Errorf("compose.yaml: got the arguments %v, want %s among them", passed, name)
		}
	}
}
