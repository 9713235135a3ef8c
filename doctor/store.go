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

func (k *Doctor) hereSteps() []step {
	return []step{
		{"store", phrase{"数据库", "Database"}, nil, k.askStore},
		{"security.keyset_file", phrase{"密钥文件", "Key file"}, nil, k.askKeyset},
	}
}

// askStore looks at the database beside a serve that may be working on it.
func (k *Doctor) askStore(ctx context.Context) result {
	found, err := k.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, k.cfg.Store.DSN, nil) })
	do := phrase{"检查 store.dsn、目录权限和磁盘空间", "check store.dsn, the directory's permissions and the disk's space"}
	if k.cfg.OnPostgres() {
		do = phrase{"核对 store.dsn 的主机、端口、用户、密码、数据库名；PostgreSQL 要在运行，并允许这台机器连接（防火墙、pg_hba.conf）",
			"compare host, port, user, password and database of store.dsn; PostgreSQL must be running and let this machine in (firewall, pg_hba.conf)"}
	}
	switch {
	case err != nil:
		return result{outcome: Problem, seen: unusable(err), do: do}
	case found.Writable != nil:
		return result{outcome: Problem, seen: unusable(found.Writable), do: do}
	case found.Schema > found.Program:
		return result{outcome: Problem, seen: phrase{"数据库是更新的版本写的", "the database was written by a newer version"},
			do: phrase{"运行新版程序，或恢复升级前的备份", "run the newer program, or restore the backup from before the upgrade"}}
	case found.Empty:
		return result{outcome: Good, seen: phrase{"还没有，serve 启动时创建", "not there yet, serve creates it"}}
	case found.Schema < found.Program:
		n := strconv.FormatInt(found.Schema, 10) + " → " + strconv.FormatInt(found.Program, 10)
		return result{outcome: Good, seen: phrase{"serve 启动时升级表结构 " + n, "serve migrates it at its start, " + n}}
	}
	return result{outcome: Good}
}

// serverSays puts what goes wrong with PostgreSQL when it is set up into words, by the code of store.ServerError.
var serverSays = map[string]phrase{
	"":      {"连不上服务器", "the server cannot be reached"},
	"28P01": {"密码不对", "wrong password"},
	"28000": {"不让这个用户从这台机器连接", "this user may not connect from this machine"},
	"3D000": {"没有这个数据库", "there is no such database"},
	"53300": {"连接数用完了", "all connections are taken"},
	"57P03": {"正在启动", "it is just starting"},
}

// unusable says what is wrong with the database. The error names neither host nor user.
func unusable(err error) phrase {
	text := strings.TrimPrefix(err.Error(), "store: ")
	why := phrase{text, text}
	if server, ok := errors.AsType[*store.ServerError](err); ok && serverSays[server.Code] != (phrase{}) {
		why = serverSays[server.Code]
	}
	return phrase{"数据库不能用：" + why.zh, "the database cannot be used: " + why.en}
}

// unusableKeys says what is wrong with the key file.
func unusableKeys(err error) phrase {
	why := phrase{"unreadable", "unreadable"}
	if file, ok := errors.AsType[*keyset.FileError](err); ok {
		why = phrase{file.Reason, file.Reason}
	}
	if tooOpen, ok := errors.AsType[*keyset.ModeError](err); ok {
		why.zh = fmt.Sprintf("权限是 %#o，别人读得到", tooOpen.Mode)
	}
	return phrase{"密钥文件不能用：" + why.zh, "the key file cannot be used: " + why.en}
}

func (k *Doctor) askKeyset(ctx context.Context) result {
	keys, err := keyset.Load(k.cfg.Security.KeysetFile)
	found, dbErr := store.Inspect(ctx, k.cfg.Store.DSN, keys)
	restore := phrase{"恢复你备份的那份密钥文件；没有它，已有的数据读不出来", "restore your copy of the key file; without it the stored data cannot be read"}
	switch {
	case errors.Is(err, fs.ErrNotExist) && k.cfg.OnPostgres():
		return result{outcome: Problem, seen: phrase{k.cfg.Security.KeysetFile + " 不存在", k.cfg.Security.KeysetFile + " is missing"},
			do: phrase{"用 shiming keygen 生成一次，所有实例用同一份；已有数据时恢复备份", "make it once with shiming keygen, the same for all instances; with data already there, restore your copy"}}
	case errors.Is(err, fs.ErrNotExist) && found.Missing:
		return result{outcome: Good, seen: phrase{"还没有，serve 启动时创建，创建后请备份", "not there yet, serve creates it; keep a copy then"}}
	case errors.Is(err, fs.ErrNotExist):
		return result{outcome: Problem, seen: phrase{k.cfg.Security.KeysetFile + " 不存在，但数据库在", k.cfg.Security.KeysetFile + " is missing, but the database is there"}, do: restore}
	case err != nil:
		return result{outcome: Problem, seen: unusableKeys(err),
			do: phrase{"chmod 600 " + k.cfg.Security.KeysetFile + "；文件坏了就恢复备份", "chmod 600 " + k.cfg.Security.KeysetFile + "; restore your copy if the file is broken"}}
	case dbErr != nil:
		return result{outcome: Unknown, seen: phrase{"数据库读不到，不知道是否配套", "the database cannot be read, so whether they belong together is not known"}}
	case errors.Is(found.Key, store.ErrWrongKeyset):
		return result{outcome: Problem, seen: phrase{"密钥文件与数据库不配套", "the key file does not belong to the database"}, do: restore}
	}
	return result{outcome: Good}
}
