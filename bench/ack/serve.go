package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/larksuite/oapi-sdk-go/v3/core/httpserverext"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/app"
	"shiming/bot"
	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/workers"
)

// child is the configuration of a measured process, passed on its command line.
type child struct {
	role, dsn, sync, keyset string
	jobs                    bool
}

func (c child) args() []string {
	return []string{"-role", c.role, "-dsn", c.dsn, "-sync", c.sync, "-keyset", c.keyset, fmt.Sprintf("-jobs=%t", c.jobs)}
}

// runChild is the main function of a measured process. It serves until its standard input ends.
func runChild(args []string) error {
	var c child
	f := flag.NewFlagSet("child", flag.ContinueOnError)
	f.StringVar(&c.role, "role", "", "bot or bare")
	f.StringVar(&c.dsn, "dsn", "", "database")
	f.StringVar(&c.sync, "sync", "", "full or normal")
	f.StringVar(&c.keyset, "keyset", "", "keyset file")
	f.BoolVar(&c.jobs, "jobs", false, "run jobs")
	if err := f.Parse(args); err != nil {
		return err
	}
	handler, stop, err := bareHandler(), func() {}, error(nil)
	if c.role == "bot" {
		handler, stop, err = c.botHandler()
		if err != nil {
			return err
		}
	}
	defer stop()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	profile, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(profile, nil) //nolint:errcheck,gosec // ends with the process; loopback only
	server := app.NewHTTPServer(handler)
	go server.Serve(ln) //nolint:errcheck // ends with the process
	fmt.Printf(serving+"\n", ln.Addr(), profile.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return server.Close()
}

// bareHandler is the SDK's dispatcher on gin as its documentation mounts it. Its event handler stores nothing.
func bareHandler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	d := dispatcher.NewEventDispatcher(token, encryptKey)
	d.OnP2MessageReceiveV1(func(context.Context, *larkim.P2MessageReceiveV1) error { return nil })
	engine := gin.New()
	engine.Use(gin.Recovery())
	engine.POST("/webhook/event", gin.WrapF(httpserverext.NewEventHandlerFunc(d,
		larkevent.WithLogLevel(larkcore.LogLevelError))))
	return engine
}

// botHandler builds the bot as the program does, with a redacting log at level info that is discarded, and with
// Feishu's API inside the process. app.New cannot be used: it always runs the jobs and calls Feishu over the network.
func (c child) botHandler() (http.Handler, func(), error) {
	ctx := context.Background()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	log := app.NewLogger(null, "info")
	keys, err := keyset.Load(c.keyset)
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, store.Config{
		DSN:    c.dsn,
		Sync:   c.sync,
		Keyset: keys,
		Log:    log,
	})
	if err != nil {
		return nil, nil, err
	}
	answering := &bot.PatchOrder{}
	client, err := bot.NewClient(bot.ClientConfig{
		BaseURL:    "https://open.feishu.cn",
		AppID:      appID,
		AppSecret:  "benchmarkSecretEXAMPLE",
		Log:        log,
		PatchOrder: answering,
		HTTP:       &http.Client{Transport: upstream{}},
	})
	if err != nil {
		return nil, nil, err
	}
	engine := engine.New(engine.Deps{
		Store:      db,
		Log:        log,
		ReviewChat: "oc_review",
		Policy: flows.Policy{
			Method:        flows.ThreeElements,
			ReviewAlways:  true,
			Admins:        []string{"ou_hr1", "ou_hr2"},
			ReminderAfter: 24 * time.Hour,
			ExpireAfter:   7 * 24 * time.Hour,
			CodeTTL:       5 * time.Minute,
			CodeResend:    time.Minute,
			PhotoGrace:    24 * time.Hour,
		},
	})
	server, err := bot.NewServer(bot.ServerConfig{
		AppID:             appID,
		EncryptKey:        encryptKey,
		VerificationToken: token,
		Handler:           engine,
		Pushes:            db,
		PatchOrder:        answering,
		Log:               log,
	})
	if err != nil {
		return nil, nil, err
	}
	if c.jobs {
		workers := workers.New(workers.Deps{
			Engine:           engine,
			Messenger:        client,
			IDCardReader:     client,
			IdentityRecorder: client,
		})
		if err := db.Start(ctx, workers.Run); err != nil {
			return nil, nil, err
		}
	}
	working, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { server.Run(working, 0) })
	http.HandleFunc("GET /undecided", func(w http.ResponseWriter, r *http.Request) {
		n, _, err := db.PushesNow(r.Context())
		if err != nil {
			http.Error(w, "no database", http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, n)
	})
	return server.Handler(), func() {
		stop()
		background.Wait()
		_ = db.Close()
	}, nil
}

// upstream answers every call of Feishu's API at once.
type upstream struct{}

func (upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	if !strings.HasPrefix(req.URL.Path, "/open-apis/") {
		return nil, errors.New("not an API of Feishu")
	}
	body := fmt.Sprintf(`{"code":0,"msg":"ok","expire":7200,"tenant_access_token":"t-benchmark",`+
		`"data":{"message_id":"om_%x"}}`, random(8))
	return &http.Response{
		StatusCode:    http.StatusOK,
		Status:        "200 OK",
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(bytes.NewReader([]byte(body))),
		Request:       req,
	}, nil
}
