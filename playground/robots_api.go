package playground

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"shiming/sim"
)

// robotsForm is the body of POST /sim/crew: which robots begin and how they behave, see sim.Script.
type robotsForm struct {
	People      []string `json:"people"`  // open_ids; empty means everybody
	Invited     bool     `json:"invited"` // they wait for the bot's invitation, see sim.Script
	ByWord      bool     `json:"by_word"`
	PhotosFirst bool     `json:"photos_first"`
	AsOnePost   bool     `json:"as_one_post"`
	AsFiles     bool     `json:"as_files"`
	Width       int      `json:"width"`
	SMSPatience string   `json:"sms_patience"` // such as 10s
	HR          int      `json:"hr"`           // number of admins that work as well
	Hire        int      `json:"hire"`         // number of new employees that register; excludes people
	HRForHired  bool     `json:"hr_for_hired"` // an admin decides on the hired ones only
}

func (f robotsForm) script() (sim.Script, error) {
	patience, err := time.ParseDuration(cmp.Or(f.SMSPatience, "0s"))
	if err != nil || patience < 0 {
		return sim.Script{}, bad("sms_patience must be like 10s")
	}
	if f.Width < 0 || f.Width > 4000 {
		return sim.Script{}, bad("width must be at most 4000")
	}
	return sim.Script{
		Invited:     f.Invited,
		ByWord:      f.ByWord,
		PhotosFirst: f.PhotosFirst,
		AsOnePost:   f.AsOnePost,
		AsFiles:     f.AsFiles,
		Width:       f.Width,
		SMSPatience: patience,
	}, nil
}

func (pg *Server) postRobots(r *http.Request) (any, error) {
	var in robotsForm
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	script, err := in.script()
	if err != nil {
		return nil, err
	}
	if in.HR < 0 || in.HR > len(pg.World.Admins()) {
		return nil, bad("hr must be at most the number of admins")
	}
	if in.Hire < 0 || in.Hire > maxHired || in.Hire > 0 && len(in.People) > 0 {
		return nil, bad("hire must be at most " + strconv.Itoa(maxHired) + ", and comes without people")
	}
	people := pg.World.People()
	switch {
	case in.Hire > 0:
		people = pg.World.Hire(in.Hire)
	case len(in.People) > 0:
		people = nil
		for _, id := range in.People {
			e := pg.World.Employee(id)
			if e == nil {
				return nil, missing("employee")
			}
			people = append(people, e)
		}
	}
	if in.HRForHired && in.Hire > 0 {
		pg.EmployHRFor(people)
	}
	for i := range in.HR {
		pg.EmployHR(i)
	}
	for _, e := range people {
		pg.Employ(e, script)
	}
	return pg.getRobots(r)
}

func (pg *Server) getRobots(*http.Request) (any, error) {
	people, hr := pg.Robots()
	return map[string]any{"people": people, "hr": hr}, nil
}
