package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"shiming/store"
	"shiming/store/keyset"
)

func (d *Doctor) localChecks() []check {
	return []check{
		{"store", Text{"数据库", "Database"}, nil, d.checkStore},
		{"surprises", Text{"平台的实际回答", "What the platforms send"}, nil, d.checkSurprises},
		{"review.calendar", Text{"工作日历", "Calendar of working days"}, nil, d.checkCalendar},
		{"timing.retention", Text{"个人信息留多久", "How long personal data is kept"}, nil, d.checkRetention},
		{"store.deletions_file", Text{"删除清单", "List of deletions"}, nil, d.checkDeletionList},
		{"dpo.heads", Text{"操作记录每天的校验值", "Daily head over the audit trail"}, nil, d.checkHeads},
		{"kms.uri", Text{"密钥服务", "Key service"}, nil, d.checkKMS},
		{"security.keyset_file", Text{"密钥文件", "Key file"}, []string{"kms.uri"}, d.checkKeyset},
	}
}

// checkStore inspects the database. A running serve may use it at the same time.
func (d *Doctor) checkStore(ctx context.Context) result {
	inspected, err := d.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, d.cfg.Store.DSN, nil) })
	remedy := Text{"检查 store.dsn、目录权限和磁盘空间", "check store.dsn, the directory's permissions and the disk's space"}
	if d.cfg.OnPostgres() {
		remedy = Text{
			"核对 store.dsn 的主机、端口、用户、密码、数据库名；PostgreSQL 要在运行，并允许这台机器连接（防火墙、pg_hba.conf）",
			"compare host, port, user, password and database of store.dsn; PostgreSQL must be running and let this machine " +
				"in (firewall, pg_hba.conf)",
		}
	}
	switch {
	case err != nil:
		return result{outcome: Problem, found: unusable(err), remedy: remedy}
	case inspected.Writable != nil:
		return result{outcome: Problem, found: unusable(inspected.Writable), remedy: remedy}
	case inspected.Schema > inspected.Program:
		return result{
			outcome: Problem,
			found:   Text{"数据库是更新的版本写的", "the database was written by a newer version"},
			remedy:  Text{"运行新版程序，或恢复升级前的备份", "run the newer program, or restore the backup from before the upgrade"},
		}
	case inspected.Empty:
		return result{outcome: OK, found: Text{"还没有，serve 启动时创建", "not there yet, serve creates it"}}
	case inspected.Schema < inspected.Program:
		n := strconv.FormatInt(inspected.Schema, 10) + " → " + strconv.FormatInt(inspected.Program, 10)
		return result{outcome: OK, found: Text{"serve 启动时升级表结构 " + n, "serve migrates it at its start, " + n}}
	}
	return result{outcome: OK}
}

// serverErrors has the texts of frequent errors of PostgreSQL, by the code of store.ServerError.
var serverErrors = map[string]Text{
	"":      {"连不上服务器", "the server cannot be reached"},
	"28P01": {"密码不对", "wrong password"},
	"28000": {"不让这个用户从这台机器连接", "this user may not connect from this machine"},
	"3D000": {"没有这个数据库", "there is no such database"},
	"53300": {"连接数用完了", "all connections are taken"},
	"57P03": {"正在启动", "it is just starting"},
}

// unusable describes an error of the database. The text contains neither host nor user.
func unusable(err error) Text {
	text := strings.TrimPrefix(err.Error(), "store: ")
	why := Text{text, text}
	if server, ok := errors.AsType[*store.ServerError](err); ok && serverErrors[server.Code] != (Text{}) {
		why = serverErrors[server.Code]
	}
	return Text{"数据库不能用：" + why.ZH, "the database cannot be used: " + why.EN}
}

// unusableKeys describes an error of the key file.
func unusableKeys(err error) Text {
	why := Text{"unreadable", "unreadable"}
	if file, ok := errors.AsType[*keyset.FileError](err); ok {
		why = Text{file.Reason, file.Reason}
	}
	if tooOpen, ok := errors.AsType[*keyset.ModeError](err); ok {
		why.ZH = fmt.Sprintf("权限是 %#o，别人读得到", tooOpen.Mode)
	}
	return Text{"密钥文件不能用：" + why.ZH, "the key file cannot be used: " + why.EN}
}

func (d *Doctor) checkKeyset(ctx context.Context) result {
	keys, err := d.loadKeys()
	inspected, dbErr := store.Inspect(ctx, d.cfg.Store.DSN, keys)
	restore := Text{
		"恢复你备份的那份密钥文件；没有它，已有的数据读不出来",
		"restore your copy of the key file; without it the stored data cannot be read",
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && d.cfg.OnPostgres():
		return result{
			outcome: Problem,
			found: Text{
				d.cfg.Security.KeysetFile + " 不存在",
				d.cfg.Security.KeysetFile + " is missing",
			},
			remedy: Text{
				"用 shiming keygen 生成一次，所有实例用同一份；已有数据时恢复备份",
				"make it once with shiming keygen, the same for all instances; with data already there, restore your copy",
			},
		}
	case errors.Is(err, fs.ErrNotExist) && inspected.Missing:
		return result{outcome: OK, found: Text{"还没有，serve 启动时创建，创建后请备份", "not there yet, serve creates it; keep a copy then"}}
	case errors.Is(err, fs.ErrNotExist):
		return result{
			outcome: Problem,
			found: Text{
				d.cfg.Security.KeysetFile + " 不存在，但数据库在",
				d.cfg.Security.KeysetFile + " is missing, but the database is there",
			},
			remedy: restore,
		}
	case isVault(err):
		return unusableKMS(err)
	case err != nil:
		return result{
			outcome: Problem,
			found:   unusableKeys(err),
			remedy: Text{
				"chmod 600 " + d.cfg.Security.KeysetFile + "；文件坏了就恢复备份",
				"chmod 600 " + d.cfg.Security.KeysetFile + "; restore your copy if the file is broken",
			},
		}
	case dbErr != nil:
		return result{
			outcome: Unknown,
			found:   Text{"数据库读不到，不知道是否配套", "the database cannot be read, so whether they belong together is not known"},
		}
	case errors.Is(inspected.Key, store.ErrWrongKeyset):
		return result{
			outcome: Problem,
			found:   Text{"密钥文件与数据库不配套", "the key file does not belong to the database"},
			remedy:  restore,
		}
	case inspected.Key != nil:
		return otherEpoch(inspected.Key)
	}
	return d.keyEpochs(keys, inspected.Keys)
}
