// Package deploy holds the manifests, alerts and dashboard, and tests that compare them with the settings and the
// program.
package deploy

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/config"
	"shiming/e2e/files"
)

// TestDeployFilesNameKnownSettings checks that every variable is known, because the program ignores unknown ones.
func TestDeployFilesNameKnownSettings(t *testing.T) {
	known := map[string]bool{}
	for _, s := range config.Settings {
		name := config.EnvName(s.Path)
		known[name], known[name+"_FILE"] = true, true
	}
	seen := []string{"Dockerfile"}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".yaml") {
			seen = append(seen, "deploy/"+file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range seen {
		for _, name := range regexp.MustCompile(`SHIMING_[A-Z0-9_]*[A-Z0-9]`).FindAllString(files.Read(t, file), -1) {
			found++
			if !known[name] {
				t.Errorf("got %s in %s, want the variable of a key", name, file)
			}
		}
	}
	if found < 30 {
		t.Errorf("got %d variables in %v, want at least 30", found, seen)
	}
}

// configOf loads a configuration from environment variables. It replaces secret files and the agreement by temporary
// ones.
func configOf(t *testing.T, env map[string]string) (config.Config, error) {
	t.Helper()
	agreement := files.WriteTemp(t, "agreement.txt", "《数字证书服务协议》\n")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var environ []string
	for name, value := range env {
		switch {
		case name == "SHIMING_AGREEMENT_FILES":
			value = strings.ReplaceAll(value, agreementPath(t, value), agreement)
		case name == "SHIMING_STORE_DSN_FILE":
			name, value = "SHIMING_STORE_DSN", "postgres://u:p@host/db"
		case name == "SHIMING_HANDOVER_SECRET_FILE":
			value = files.WriteTemp(t, "handover_secret", handoverSecret(env["SHIMING_HANDOVER_URL"]))
		case strings.HasSuffix(name, "_FILE") && name != "SHIMING_SECURITY_KEYSET_FILE":
			value = secret
		}
		environ = append(environ, name+"="+value)
	}
	return config.Load(files.Path(t, "config.yaml"), environ)
}

// handoverSecret is what the file of the secret contains: nothing without a receiver of evidence points.
func handoverSecret(url string) string {
	if url == "" {
		return ""
	}
	return "whsec_" + strings.Repeat("A", 32) + "\n"
}

// checkHandover checks that a deployment loads without a receiver of evidence points, and that its secret comes from a
// file with one.
func checkHandover(t *testing.T, env map[string]string, c config.Config) {
	t.Helper()
	if c.Handover.URL != "" || len(c.Handover.Secret) > 0 || env["SHIMING_HANDOVER_SECRET_FILE"] == "" {
		t.Errorf("got the receiver %q with %d secrets, want none, and a file for the secret",
			c.Handover.URL, len(c.Handover.Secret))
	}
	with := maps.Clone(env)
	with["SHIMING_HANDOVER_URL"] = "https://contracts.example.com/hook"
	c, err := configOf(t, with)
	if err != nil || len(c.Handover.Secret) != 1 || c.Handover.Secret[0] == "" {
		t.Errorf("with a receiver: got %d secrets, %v, want that of the file", len(c.Handover.Secret), err)
	}
}

// agreementPath returns the path of the agreement in a container.
func agreementPath(t *testing.T, list string) string {
	t.Helper()
	m := regexp.MustCompile(`path: ([^ ,}]+)`).FindStringSubmatch(list)
	if m == nil {
		t.Fatalf("got no path in %q, want one", list)
	}
	return m[1]
}

// checkPage checks that a deployment has the agreement page and learns the address of a reader behind its proxy.
func checkPage(t *testing.T, c config.Config) {
	t.Helper()
	if !c.NeedsPage() || !c.HasPage() || len(c.Server.TrustedProxies) == 0 {
		t.Errorf("got the need of a page: %t, a page: %t, trusted proxies %v; want all of them",
			c.NeedsPage(), c.HasPage(), c.Server.TrustedProxies)
	}
}

// TestComposeIsComplete checks that the compose file gives the bot a complete configuration, with its secrets from
// files.
func TestComposeIsComplete(t *testing.T) {
	doc := files.Documents(t, "deploy/compose.yaml")[0]
	bot := files.At(doc, "services", "shiming")
	env, given := map[string]string{}, files.Read(t, "deploy/shiming.env.example")
	vars, _ := files.At(bot, "environment").(map[string]any)
	for name, value := range vars {
		env[name], _ = value.(string)
		env[name] = regexp.MustCompile(`\$\{\w+:[?-][^}]*\}`).ReplaceAllStringFunc(env[name], func(v string) string {
			key, def, _ := strings.Cut(strings.Trim(v, "${}"), ":")
			_, rest, found := strings.Cut("\n"+given, "\n"+key+"=")
			if !found {
				t.Errorf("got no %s in shiming.env.example, want it there", key)
			}
			if strings.HasPrefix(def, "-") {
				return def[1:]
			}
			value, _, _ := strings.Cut(rest, "\n")
			return value
		})
		if file, ok := strings.CutPrefix(env[name], "/run/secrets/"); ok {
			mounted, _ := files.At(bot, "secrets").([]any)
			if files.At(doc, "secrets", file) == nil || !slices.Contains(mounted, any(file)) {
				t.Errorf("%s: the secret %s is not given to the service", name, file)
			}
		}
	}
	c, err := configOf(t, env)
	if err != nil {
		t.Fatal(err)
	}
	checkPage(t, c)
	checkHandover(t, env, c)
	if files.At(bot, "configs", 0, "target") != agreementPath(t, env["SHIMING_AGREEMENT_FILES"]) ||
		files.At(doc, "configs", "agreement", "file") == nil {
		t.Error("got another place for the agreement than SHIMING_AGREEMENT_FILES names, want the same")
	}
	subnet, _ := files.At(doc, "networks", "front", "ipam", "config", 0, "subnet").(string)
	if got := c.Server.TrustedProxies[0].String(); got != subnet {
		t.Errorf("got the trusted proxy %s, want the network of the proxy, %s", got, subnet)
	}
	nginx, _ := files.At(doc, "configs", "nginx", "content").(string)
	for _, want := range []string{
		"location = /webhook/event {", "location /agreement/ {", "X-Forwarded-For $$proxy_add_x_forwarded_for;", "access_log off;",
	} {
		if !strings.Contains(nginx, want) {
			t.Errorf("nginx: got no %q, want it", want)
		}
	}
	if files.At(bot, "read_only") != true || files.At(bot, "cap_drop", 0) != "ALL" ||
		files.At(bot, "healthcheck", "test", 1) != "/shiming" {
		t.Error("got a service with more rights than it needs or without a health check, want neither")
	}
}

// TestKubernetesManifest checks the manifest against the restricted policy, and its references.
func TestKubernetesManifest(t *testing.T) {
	kinds := map[string]map[string]any{}
	for _, file := range []string{"deploy/kubernetes/shiming.yaml", "deploy/kubernetes/config.example.yaml"} {
		for _, doc := range files.Documents(t, file) {
			kinds[doc["kind"].(string)] = doc
		}
	}
	for _, kind := range []string{
		"Deployment", "PodDisruptionBudget", "Service", "Ingress", "NetworkPolicy", "ConfigMap", "Secret",
	} {
		if kinds[kind] == nil {
			t.Fatalf("got no %s, want one", kind)
		}
	}
	spec := files.At(kinds["Deployment"], "spec", "template", "spec")
	bot := files.At(spec, "containers", 0)
	for _, want := range []struct {
		at   any
		path []any
		want any
	}{
		{spec, []any{"securityContext", "runAsNonRoot"}, true},
		{spec, []any{"securityContext", "runAsUser"}, 65532},
		{spec, []any{"securityContext", "seccompProfile", "type"}, "RuntimeDefault"},
		{spec, []any{"terminationGracePeriodSeconds"}, 20},
		{spec, []any{"automountServiceAccountToken"}, false},
		{bot, []any{"securityContext", "allowPrivilegeEscalation"}, false},
		{bot, []any{"securityContext", "readOnlyRootFilesystem"}, true},
		{bot, []any{"securityContext", "capabilities", "drop", 0}, "ALL"},
		{bot, []any{"resources", "limits", "memory"}, "320Mi"},
		{bot, []any{"readinessProbe", "httpGet", "path"}, "/readyz"},
		{bot, []any{"livenessProbe", "httpGet", "path"}, "/healthz"},
		{kinds["Deployment"], []any{"spec", "replicas"}, 2},
	} {
		t.Run(fmt.Sprint(want.path...), func(t *testing.T) {
			got := files.At(want.at, want.path...)
			if n, ok := got.(uint64); ok {
				got = int(n)
			}
			if got != want.want {
				t.Errorf("got %v, want %v", got, want.want)
			}
		})
	}
	env := map[string]string{}
	for name, value := range files.At(kinds["ConfigMap"], "data").(map[string]any) {
		env[name] = value.(string)
	}
	for _, v := range files.At(bot, "env").([]any) {
		name, value := files.At(v, "name").(string), files.At(v, "value").(string)
		env[name] = value
		if file, ok := strings.CutPrefix(value, "/secrets/"); ok && files.At(kinds["Secret"], "stringData", file) == nil {
			t.Errorf("%s: got no %s in the example of the Secret, want it there", name, file)
		}
	}
	c, err := configOf(t, env)
	if err != nil {
		t.Fatal(err)
	}
	checkPage(t, c)
	checkHandover(t, env, c)
	mounts := map[string]any{}
	for _, m := range files.At(bot, "volumeMounts").([]any) {
		mounts[files.At(m, "mountPath").(string)] = files.At(m, "name")
	}
	if at := path.Dir(agreementPath(t, env["SHIMING_AGREEMENT_FILES"])); mounts[at] != "agreement" {
		t.Errorf("got %v mounted, want the agreement at %s", mounts, at)
	}
	var outside []string
	for _, p := range files.At(kinds["Ingress"], "spec", "rules", 0, "http", "paths").([]any) {
		outside = append(outside, files.At(p, "path").(string))
	}
	if want := []string{"/webhook/event", "/agreement/"}; !slices.Equal(outside, want) {
		t.Errorf("got the paths %v for the outside, want %v", outside, want)
	}
}

// TestDashboardIsWhole checks that panels are unique, do not overlap and need no plugins.
func TestDashboardIsWhole(t *testing.T) {
	var d struct {
		UID           string `json:"uid"`
		SchemaVersion int    `json:"schemaVersion"`
		Panels        []struct {
			ID      int
			Type    string
			GridPos struct{ X, Y, W, H int }
		}
	}
	if err := json.Unmarshal([]byte(files.Read(t, "deploy/grafana/shiming.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID != "shiming" || d.SchemaVersion < 36 || len(d.Panels) < 15 {
		t.Errorf("got uid %q, schema %d, %d panels, want shiming, at least 36, at least 15", d.UID, d.SchemaVersion,
			len(d.Panels))
	}
	seen := map[int]bool{}
	for i, p := range d.Panels {
		if seen[p.ID] || !slices.Contains([]string{"row", "stat", "timeseries"}, p.Type) {
			t.Errorf("panel %d: got type %s or a repeated id, want row, stat or timeseries once", p.ID, p.Type)
		}
		seen[p.ID] = true
		for _, q := range d.Panels[:i] {
			a, b := p.GridPos, q.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H || a.X+a.W > 24 {
				t.Errorf("got %+v and %+v for panels %d and %d, want no overlap and at most 24 columns", a, b, p.ID, q.ID)
			}
		}
	}
}
