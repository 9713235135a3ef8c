package main

import (
	"context"
	"errors"
	"io/fs"
	"strconv"

	"shiming/store"
)

func (k *checker) hereSteps() []step {
	return []step{
		{"store", phrase{"数据库", "Database"}, nil, k.askStore},
		{"security.keyset_file", phrase{"密钥文件", "Key file"}, nil, k.askKeyset},
	}
}

// askStore looks at the database beside a serve that may be working on it.
func (k *checker) askStore(ctx context.Context) result {
	found, err := k.stored.get(func() (store.Inspection, error) { return store.Inspect(ctx, k.cfg.Store.DSN, nil) })
	do := phrase{"检查 store.dsn、目录权限和磁盘空间", "check store.dsn, the directory's permissions and the disk's space"}
	switch {
	case err != nil:
		return result{outcome: problem, seen: phrase{err.Error(), err.Error()}, do: do}
	case found.Writable != nil:
		return result{outcome: problem, seen: phrase{found.Writable.Error(), found.Writable.Error()}, do: do}
	case found.Schema > found.Program:
		return result{outcome: problem, seen: phrase{"数据库是更新的版本写的", "the database was written by a newer version"},
			do: phrase{"运行新版程序，或恢复升级前的备份", "run the newer program, or restore the backup from before the upgrade"}}
	case found.Empty:
		return result{outcome: good, seen: phrase{"还没有，serve 启动时创建", "not there yet, serve creates it"}}
	case found.Schema < found.Program:
		n := strconv.FormatInt(found.Schema, 10) + " → " + strconv.FormatInt(found.Program, 10)
		return result{outcome: good, seen: phrase{"serve 启动时升级表结构 " + n, "serve migrates it at its start, " + n}}
	}
	return result{outcome: good}
}

func (k *checker) askKeyset(ctx context.Context) result {
	keys, err := store.LoadKeyset(k.cfg.KeysetFile)
	found, dbErr := store.Inspect(ctx, k.cfg.Store.DSN, keys)
	restore := phrase{"恢复你备份的那份密钥文件；没有它，已有的数据读不出来", "restore your copy of the key file; without it the stored data cannot be read"}
	switch {
	case errors.Is(err, fs.ErrNotExist) && k.cfg.onPostgres():
		return result{outcome: problem, seen: phrase{k.cfg.KeysetFile + " 不存在", k.cfg.KeysetFile + " is missing"},
			do: phrase{"用 shiming keygen 生成一次，所有实例用同一份；已有数据时恢复备份", "make it once with shiming keygen, the same for all instances; with data already there, restore your copy"}}
	case errors.Is(err, fs.ErrNotExist) && found.Missing:
		return result{outcome: good, seen: phrase{"还没有，serve 启动时创建，创建后请备份", "not there yet, serve creates it; keep a copy then"}}
	case errors.Is(err, fs.ErrNotExist):
		return result{outcome: problem, seen: phrase{k.cfg.KeysetFile + " 不存在，但数据库在", k.cfg.KeysetFile + " is missing, but the database is there"}, do: restore}
	case err != nil:
		bad, _ := errors.AsType[*store.KeysetError](err)
		why := "unreadable"
		if bad != nil {
			why = bad.Reason
		}
		return result{outcome: problem, seen: phrase{why, why}, do: phrase{"chmod 600 " + k.cfg.KeysetFile + "；文件坏了就恢复备份", "chmod 600 " + k.cfg.KeysetFile + "; restore your copy if the file is broken"}}
	case dbErr != nil:
		return result{outcome: unknown, seen: phrase{"数据库读不到，不知道是否配套", "the database cannot be read, so whether they belong together is not known"}}
	case errors.Is(found.Key, store.ErrWrongKeyset):
		return result{outcome: problem, seen: phrase{"密钥文件与数据库不配套", "the key file does not belong to the database"}, do: restore}
	}
	return result{outcome: good}
}
