package doctor

import (
	"context"
	"strconv"
	"strings"
)

// checkCalendar says which years the calendar of working days does not know.
func (d *Doctor) checkCalendar(context.Context) result {
	if d.cfg.Review.SLA <= 0 {
		return result{}
	}
	missing := d.cfg.WorkSchedule().Calendar.Missing(d.Now())
	if len(missing) == 0 {
		return result{outcome: OK}
	}
	var years []string
	for _, y := range missing {
		years = append(years, strconv.Itoa(y))
	}
	return result{
		outcome: Warning,
		found: Text{
			"不知道 " + strings.Join(years, "、") + " 年的放假和调休，按周一到周五上班算",
			"the rest days of " + strings.Join(years, ", ") + " are not known: Monday to Friday count as working days",
		},
		remedy: Text{
			"国务院办公厅发通知后（一般在 10、11 月），把那年的日子写进 review.calendar 指的文件，或者升级",
			"when the State Council has announced them, usually in October or November, list them in the file of " +
				"review.calendar, or take a newer version",
		},
	}
}
