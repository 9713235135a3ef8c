package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestTwoStoresOneQueue: each job runs in one store, and both stores run some.
func TestTwoStoresOneQueue(t *testing.T) {
	stores := openStores(t, 2)
	const jobs = 300
	var mu sync.Mutex
	ran := map[string]int{}
	all := make(chan bool)
	var met sync.WaitGroup
	met.Add(len(stores))
	for _, ts := range stores {
		here := sync.OnceFunc(met.Done)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			here()
			met.Wait() // until both stores run a job
			mu.Lock()
			defer mu.Unlock()
			ran[j.Case]++
			if len(ran) == jobs {
				select {
				case <-all:
				default:
					close(all)
				}
			}
			return nil
		})
	}
	for i := range jobs {
		stores[i%2].enqueue(t, flows.Job{Kind: flows.JobCheck, Case: fmt.Sprint(i)})
	}
	select {
	case <-all:
	case <-time.After(hangTimeout):
		t.Error("not all jobs ran")
	}
	for _, ts := range stores {
		must(t, ts.Stop(t.Context()))
	}
	for id, n := range ran {
		if n != 1 {
			t.Errorf("job %s ran %d times, want 1", id, n)
		}
	}
	if n := stores[0].countRows(t, "river_job WHERE state = 'completed' AND attempt = 1"); n != jobs {
		t.Errorf("%d jobs completed at the first attempt, want %v", n, jobs)
	}
	if n := stores[0].countRows(t, "instances"); n != 0 {
		t.Errorf("%d stopped processes are still announced, want 0", n)
	}
}

// TestEnqueueWakesOtherStore: a store that runs no jobs wakes the queues of another one.
func TestEnqueueWakesOtherStore(t *testing.T) {
	stores := openStores(t, 2)
	stores[0].pollInterval = time.Hour
	runs := make(jobRuns, 10)
	stores[0].startJobs(t, func(_ context.Context, j flows.Job) error {
		runs <- j
		return nil
	})
	for i := range 20 {
		stores[1].enqueue(t, flows.Job{Kind: flows.JobShow, Case: fmt.Sprint(i)})
		runs.next(t)
	}
}

func TestOneLeader(t *testing.T) {
	stores := openStores(t, 3)
	leader := func() string {
		ids, err := queryStrings(t.Context(), stores[0], `SELECT leader_id FROM river_leader WHERE expires_at > now()`)
		must(t, err)
		if len(ids) == 0 {
			return ""
		}
		return ids[0]
	}
	for _, ts := range stores {
		ts.startJobs(t, func(context.Context, flows.Job) error { return nil })
	}
	eventually(t, "a leader is elected", func() bool { return leader() != "" })
	if n := stores[0].countRows(t, "river_leader l JOIN instances i ON i.id = l.leader_id"); n != 1 {
		t.Fatalf("%d leaders among the instances, want 1", n)
	}
	first := leader()
	for i, ts := range stores {
		if ts.backend.heartbeat.id == first {
			must(t, ts.Stop(t.Context()))
			stores = append(stores[:i], stores[i+1:]...)
			break
		}
	}
	if len(stores) != 2 {
		t.Fatal("the leader is none of the stores")
	}
	eventually(t, "another one leads", func() bool { return leader() != "" && leader() != first })
}

// TestRequeueOrphans: only jobs of dead processes are requeued.
func TestRequeueOrphans(t *testing.T) {
	stores := openStores(t, 2)
	ctx := t.Context()
	began, release := make(jobRuns, 10), make(chan bool)
	var once sync.Once
	free := func() { once.Do(func() { close(release) }) }
	t.Cleanup(free)
	// The observer below removes even fresh processes from the table, and one between its heartbeat and its look at the
	// others would take up its own job.
	stores[0].backend.heartbeat.interval = time.Hour
	stores[0].startJobs(t, func(_ context.Context, j flows.Job) error {
		began <- j
		if j.Attempt == 1 {
			<-release
		}
		return nil
	})
	stores[0].enqueue(t, flows.Job{Kind: flows.JobCheck, Case: "c1"})
	began.next(t)

	other := stores[1]
	observer := *other.backend.heartbeat
	alive := func(what string, sure bool) {
		t.Helper()
		must(t, observer.requeueOrphans(ctx, sure))
		if n := other.countRows(t, "river_job WHERE state = 'running'"); n != 1 {
			t.Fatalf("%s: a living process lost its job", what)
		}
	}
	observer.timeout, observer.sessionLossTimeout, observer.reconnectGrace = time.Minute, time.Minute, 0
	alive("it has just beaten", true)
	observer.sessionLossTimeout = -time.Minute // every heartbeat is older than that
	alive("its session is there", true)
	observer.timeout = -time.Minute
	alive("nobody may judge yet", false)
	must(t, observer.requeueOrphans(ctx, true))
	if j := began.next(t); j.Attempt != 2 {
		t.Errorf("attempt %d after it was taken up, want 2", j.Attempt)
	}
	free()
}

// TestRequeueAfterSessionLoss: a process whose session has ended counts as dead when it misses a
// heartbeat.
func TestRequeueAfterSessionLoss(t *testing.T) {
	stores := openStores(t, 2)
	ctx := t.Context()
	began, release := make(jobRuns, 10), make(chan bool)
	free := sync.OnceFunc(func() { close(release) })
	t.Cleanup(free)
	stores[0].backend.heartbeat.interval = time.Hour // no heartbeat opens a new session
	stores[0].startJobs(t, func(_ context.Context, j flows.Job) error {
		began <- j
		if j.Attempt == 1 {
			<-release
		}
		return nil
	})
	stores[0].enqueue(t, flows.Job{Kind: flows.JobCheck, Case: "c1"})
	began.next(t)
	_, err := stores[1].backend.write.ExecContext(ctx, `
		SELECT pg_terminate_backend(l.pid)
		FROM pg_locks l
		WHERE l.locktype = 'advisory'
		  AND l.mode = 'ShareLock'
		  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	must(t, err)
	observer := *stores[1].backend.heartbeat
	observer.timeout, observer.sessionLossTimeout, observer.reconnectGrace = time.Minute, -time.Minute, time.Hour
	must(t, observer.requeueOrphans(ctx, false))
	if n := stores[1].countRows(t, "river_job WHERE state = 'running'"); n != 1 {
		t.Fatal("after a start of the server a missing session means nothing")
	}
	observer.reconnectGrace = 0
	eventually(t, "the job is taken up", func() bool {
		if stores[1].countRows(t, "river_job WHERE state = 'running' AND attempt = 1") > 0 {
			must(t, observer.requeueOrphans(ctx, false))
		}
		return len(began) > 0
	})
	if j := began.next(t); j.Attempt != 2 {
		t.Errorf("attempt %d after it was taken up, want 2", j.Attempt)
	}
	free()
}

// These environment variables configure TestChild, which TestKilledProcess runs in a child process.
const (
	childDSN    = "SHIMING_TEST_CHILD_DSN"
	childKeyset = "SHIMING_TEST_CHILD_KEYSET"
)

// TestChild runs jobs that never end, until it is killed.
func TestChild(t *testing.T) {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		t.Skip("runs as a child of TestKilledProcess only")
	}
	keys, err := keyset.Load(os.Getenv(childKeyset))
	must(t, err)
	s := mustOpen(t, Config{DSN: dsn, Keyset: keys})
	must(t, s.Start(t.Context(), func(ctx context.Context, j flows.Job) error {
		fmt.Println("began", j.Case)
		<-ctx.Done()
		return ctx.Err()
	}))
	select {}
}

// TestKilledProcess kills a process that runs jobs. Another one runs them again.
func TestKilledProcess(t *testing.T) {
	stores := openStores(t, 1)
	ts := stores[0]
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, keyset.Write(path, ts.keys))
	const jobs = 5
	for i := range jobs {
		ts.enqueue(t, flows.Job{Kind: flows.JobCheck, Case: fmt.Sprint(i)})
	}
	child := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	child.Env = append(os.Environ(), childDSN+"="+ts.cfg.DSN, childKeyset+"="+path)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	t.Cleanup(func() { _ = child.Process.Kill() })
	lines := bufio.NewScanner(out)
	for began := 0; began < jobs; {
		if !lines.Scan() {
			t.Fatal("the child ended by itself")
		}
		var id string
		if _, err := fmt.Sscanf(lines.Text(), "began %s", &id); err == nil {
			began++
		}
	}
	must(t, child.Process.Kill())
	_ = child.Wait() // reports the kill as an error
	killed := time.Now()
	if n := ts.countRows(t, "river_job WHERE state = 'running'"); n != jobs {
		t.Fatalf("%d jobs are running in a dead process: the test proves nothing, want %v", n, jobs)
	}

	ts.backend.heartbeat.interval, ts.backend.heartbeat.timeout = 100*time.Millisecond, 2*time.Second
	runs := make(jobRuns, 10)
	ts.startJobs(t, func(_ context.Context, j flows.Job) error {
		runs <- j
		return nil
	})
	for range jobs {
		if j := runs.next(t); j.Attempt != 2 {
			t.Errorf("attempt %d of job %s, want 2", j.Attempt, j.Case)
		}
	}
	t.Logf("taken up %s after the kill", time.Since(killed).Round(100*time.Millisecond))
	eventually(t, "a leader is elected", func() bool {
		id := ts.backend.heartbeat.id
		return ts.countRows(t, "river_leader l JOIN instances i ON i.id = l.leader_id WHERE i.id = '"+id+"'") == 1
	})
}

// TestBeatHistory: after a gap in its heartbeats a process does not judge others for a while.
func TestBeatHistory(t *testing.T) {
	p := beatHistory{maxGap: 5 * time.Second, minSpan: 10 * time.Second}
	for _, step := range []struct {
		at   time.Duration
		want bool
	}{
		{0, false},
		{4 * time.Second, false},
		{8 * time.Second, false},
		{10 * time.Second, true},
		{14 * time.Second, true},
		{20 * time.Second, false}, // after a gap
		{25 * time.Second, false},
		{29 * time.Second, false},
		{30 * time.Second, true},
	} {
		t.Run(step.at.String(), func(t *testing.T) {
			if got := p.record(epoch.Add(step.at)); got != step.want {
				t.Errorf("at %s: %v, want %v", step.at, got, step.want)
			}
		})
	}
}
