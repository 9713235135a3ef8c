package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"shiming/app"
	"shiming/config"
	"shiming/playground"
	"shiming/sim"
)

// demoCmd runs the bot against a simulated world: for a person to play, or unattended.
type demoCmd struct {
	People int    `help:"Drive this many employees to the end, unattended; 0 = stay and let somebody play." default:"0"`
	Listen string `help:"Where the simulated world is played by hand (loopback)." default:"127.0.0.1:8700"`
	Data   string `help:"Where the bot keeps its data, to find it again at the next run. Without it the data goes with the demo." type:"path"`
	Ladder string `help:"How people may verify, the first one at first: three_elements, bank_card_four and face, separated by commas." default:"three_elements" placeholder:"METHODS"`
	Score  string `name:"face-live-score" help:"What stands for the score of a face's liveness check in the evidence; stop asks nobody for the face." default:"status" enum:"status,stop"`
	Log    string `help:"Level of the bot's log on stderr." default:"error" enum:"debug,info,warn,error"`
}

// perPerson is the time limit of an unattended demonstration per employee, in addition to one minute.
const perPerson = 2 * time.Second

func (d *demoCmd) Run(ctx context.Context) error {
	if d.People < 0 || d.People > 1000 {
		return errors.New("--people: want a number from 1 to 1000")
	}
	listen := d.Listen
	if d.People > 0 {
		listen = "127.0.0.1:0" // an unattended demonstration needs no fixed port
	}
	dir, removeDir, err := d.dataDir()
	if err != nil {
		return err
	}
	defer removeDir()

	play, err := playground.Start(ctx, playground.Config{
		Inspect: d.People == 0,
		World:   sim.Config{Listen: listen, Bot: d.settings()},
	})
	if err != nil {
		return portTaken(err, listen)
	}
	defer closePlayground(play)

	if d.People == 0 {
		return d.play(ctx, play, dir)
	}
	bot, err := startBot(ctx, play.World, dir, d.Log)
	if err != nil {
		return err
	}
	defer bot.stop()
	return d.drive(ctx, play.World, os.Stdout, os.Stderr)
}

// settings returns the settings of the bot that the flags choose.
func (d *demoCmd) settings() map[string]string {
	method, _, several := strings.Cut(d.Ladder, ",")
	out := map[string]string{"verification.method": strings.TrimSpace(method), "evidence.face_live_score": d.Score}
	if several {
		out["verification.ladder"] = d.Ladder
	}
	return out
}

// portTaken adds a remedy to an error that means that the world's ports are in use, for example by another
// demonstration.
func portTaken(err error, listen string) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	return fmt.Errorf("%w\nThe world takes the port of --listen (%s) and the six after it. "+
		"Another demo may be running: end it, "+
		"or open this one beside it with --listen 127.0.0.1:0, which picks free ports", err, listen)
}

// demoBot is a bot in this process that uses a simulated world.
type demoBot struct {
	app    *app.App
	cancel context.CancelFunc
	done   chan error
}

func startBot(ctx context.Context, world *sim.World, dir, level string) (*demoBot, error) {
	values := world.Settings()
	values["server.listen"] = "127.0.0.1:0"
	values["company.name"] = "样本科技有限公司"
	values["store.dsn"] = "sqlite:" + filepath.Join(dir, playground.DatabaseFile)
	values["store.sync"] = "normal"
	values["security.keyset_file"] = filepath.Join(dir, "keyset.json")
	cfg, err := config.FromValues(values)
	if err != nil {
		return nil, err
	}
	app, err := app.New(ctx, cfg, app.Options{Log: app.NewLogger(os.Stderr, level)})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &demoBot{app: app, cancel: cancel, done: make(chan error, 1)}
	go func() { b.done <- app.Run(ctx) }()
	world.SetWebhook(app.URL() + "/webhook/event")
	return b, world.Feishu.Challenge(ctx)
}

func (b *demoBot) stop() error {
	b.cancel()
	err := <-b.done
	b.done <- nil // for the next call of stop
	return err
}

func closePlayground(pg *playground.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = pg.Close(ctx)
}

// dataDir returns the directory of the bot's data and a function that removes it if it is temporary.
func (d *demoCmd) dataDir() (dir string, remove func(), err error) {
	if d.Data != "" {
		return d.Data, func() {}, os.MkdirAll(d.Data, 0o700)
	}
	dir, err = os.MkdirTemp("", "shiming-demo-")
	return dir, func() { _ = os.RemoveAll(dir) }, err // the system removes temporary files after a failure
}

// play runs the demonstration for a person who plays the employees and HR. The bot runs in a process of its own.
func (d *demoCmd) play(ctx context.Context, play *playground.Server, dir string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(dir, playground.DatabaseFile))
	hasOldData := err == nil
	bot := playground.NewSupervisor(play, exe, dir, d.Log)
	defer bot.Close()
	if err := bot.Open(ctx); err != nil {
		if d.Data != "" && errors.Is(err, playground.ErrDataInUse) {
			return fmt.Errorf("another demo or bot is using the data in %s: end it, "+
				"or give this one another --data directory", d.Data)
		}
		return err
	}
	go bot.WatchQueue(ctx)
	employee := play.World.Hire(3)[0].OpenID
	if hasOldData {
		fmt.Printf("The bot has its data of an earlier run in %s. The company is a new one: "+
			"the people of then, their chats and what the platforms knew of them are gone.\n"+
			"机器人接着用 %[1]s 里上次的数据；公司是新的，上次的人、聊天和平台上的记录都不在了。\n\n", dir)
	}
	fmt.Printf(`The simulated company is open: %s
In a browser that is the employee's phone, HR's chat and the company group; the 60-second tour there shows you round.
在浏览器里打开这个地址：员工手机、HR 会话和公司群都在那里，点“60 秒导览”走一遍。

The bot runs beside it, in a process of its own: the page can pause, kill and restart it, and move the clock.
The same by hand: an employee opens the chat, sends both sides of the card, and looks:

  curl -X POST %[1]s/sim/chats/%[2]s/enter
  curl -X POST '%[1]s/sim/chats/%[2]s/photo?side=front'
  curl -X POST '%[1]s/sim/chats/%[2]s/photo?side=back'
  curl %[1]s/sim/chats/%[2]s/messages

curl %[1]s lists everything that can be done. Ctrl-C ends it.
`, play.URL, employee)
	<-ctx.Done()
	return nil
}

// stageWeight is the position of each stage on the progress bar.
var stageWeight = map[sim.CardStage]int{
	sim.StageConsent: 1, sim.StagePhotos: 2, sim.StageConfirmation: 3, sim.StageCode: 4, sim.StageChecking: 5,
	sim.StageReview: 6, sim.StageRecording: 7, sim.StageFiling: 8, sim.StageDone: 9,
}

// drive lets all employees register concurrently and HR approve them, and prints a report.
func (d *demoCmd) drive(ctx context.Context, world *sim.World, out, progress io.Writer) error {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(ctx, time.Minute+time.Duration(d.People)*perPerson)
	defer cancel()
	people := world.Hire(d.People)
	hr := world.HR(0)
	hrDone := make(chan error, 1)
	hrCtx, stopHR := context.WithCancel(ctx)
	defer stopHR()
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()

	bar := progressbar.NewOptions(d.People*stageWeight[sim.StageDone],
		progressbar.OptionSetWriter(progress),
		progressbar.OptionSetDescription("photos → evidence"),
		progressbar.OptionSetWidth(40),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(50*time.Millisecond))
	var mu sync.Mutex
	reached := map[string]int{}
	showProgress := func(p sim.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if w := stageWeight[p.Stage]; w > reached[p.OpenID] {
			_ = bar.Add(w - reached[p.OpenID])
			reached[p.OpenID] = w
		}
	}
	var wg sync.WaitGroup
	failures := make([]error, len(people))
	for i, e := range people {
		wg.Go(func() {
			_, failures[i] = e.Register(ctx, sim.Script{}, showProgress)
		})
	}
	wg.Wait()
	failures = append(failures, world.WaitAnnouncement(ctx))
	_ = bar.Finish()
	stopHR()
	failures = append(failures, <-hrDone)

	report := world.Report()
	printReport(out, report, time.Since(begin))
	if err := errors.Join(failures...); err != nil {
		return err
	}
	if report.Filed != d.People {
		return fmt.Errorf("%d of %d are filed", report.Filed, d.People)
	}
	return nil
}
