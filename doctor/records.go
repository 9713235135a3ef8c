package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// checkDeletionList warns when no list of deletions is kept outside of the database. Without it, what was deleted after
// a backup stays deleted only until that backup is restored. The default on PostgreSQL lies beside the key file, where
// the bot may have no right to write.
func (d *Doctor) checkDeletionList(context.Context) result {
	path := d.cfg.DeletionList()
	_, isSQLite := d.cfg.SQLiteFile()
	if isSQLite || d.cfg.Store.DeletionsFile != "" || canWrite(path) {
		return result{outcome: OK, found: Text{path, path}}
	}
	return result{
		outcome: Warning,
		found:   Text{"没有删除清单：写不了 " + path, "no list of deletions is kept: " + path + " cannot be written"},
		remedy: Text{
			"设 store.deletions_file，放在和数据库不同的盘上；没有它，恢复备份后，备份之后删掉的信息会回来",
			"set store.deletions_file, on another disk than the database; without it, what was deleted after a backup comes " +
				"back when the backup is restored",
		},
	}
}

// canWrite reports whether a file can be written, or created where there is none. It leaves no trace.
func canWrite(path string) bool {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		return f.Close() == nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if f, err = os.CreateTemp(filepath.Dir(path), ".check"); err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// checkHeads says where the daily head over the audit trail goes. A group that was chosen in Feishu is not known here.
func (d *Doctor) checkHeads(context.Context) result {
	switch {
	case d.cfg.HR.ReviewChat != "":
		return result{outcome: OK, found: Text{"每天发到审核群", "sent to the review group every day"}}
	case len(d.cfg.DPO.Viewers) > 0:
		return result{outcome: OK, found: Text{"每天发给 dpo.viewers", "sent to dpo.viewers every day"}}
	}
	return result{
		outcome: Unknown,
		found: Text{
			"配置里没有收的人：在飞书里设了审核群就发到群里，没设就只写在日志里",
			"the configuration names nobody who gets it: it goes to the review group chosen in Feishu, or only to the log",
		},
		remedy: Text{
			"设 dpo.viewers，或在 HR 群里对机器人说「设为审核群」；群里的人以后能用它查出记录有没有被改过",
			"set dpo.viewers, or say 设为审核群 to the bot in HR's group; whoever has a head can find a changed trail with it",
		},
	}
}
