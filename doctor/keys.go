package doctor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/keyset/vault"
)

// keyAge is the age from which the check asks for a rotation.
const keyAge = 365 * 24 * time.Hour

// wrapping returns what wraps the keys in the key file, nil for keys in clear, and the client of the key service, nil
// without one. Both are made once: the token of a wrapped answer is valid for one use.
func (d *Doctor) wrapping() (*keyset.Wrapping, *vault.Client, error) {
	s := vault.Settings{
		URI:             d.cfg.KMS.URI,
		Token:           d.cfg.KMS.Token,
		Namespace:       d.cfg.KMS.Namespace,
		RoleID:          d.cfg.KMS.RoleID,
		SecretID:        d.cfg.KMS.SecretID,
		SecretIDWrapped: bool(d.cfg.KMS.SecretIDWrapped),
		AppRolePath:     d.cfg.KMS.AppRolePath,
		CAFile:          d.cfg.KMS.CAFile,
		WrappingKey:     d.cfg.Security.WrappingKey,
	}
	if d.keys == nil || d.keys.settings != s {
		d.keys = &keyWrapping{settings: s}
		if d.keys.client, d.keys.err = s.Client(); d.keys.err == nil {
			d.keys.wrapping, d.keys.err = s.Wrapping(d.keys.client)
		}
	}
	return d.keys.wrapping, d.keys.client, d.keys.err
}

// keyWrapping is what wrapping returns for settings.
type keyWrapping struct {
	settings vault.Settings
	wrapping *keyset.Wrapping
	client   *vault.Client
	err      error
}

// loadKeys loads the key file as serve does.
func (d *Doctor) loadKeys() (*keyset.Keyset, error) {
	wrapping, _, err := d.wrapping()
	if err != nil {
		return nil, err
	}
	return keyset.LoadWrapped(d.cfg.Security.KeysetFile, wrapping)
}

// chineseKMS has the Chinese text of each code of package vault.
var chineseKMS = map[vault.Code]string{
	vault.CodeUnreachable:    "连不上",
	vault.CodeTimeout:        "没有应答",
	vault.CodeShape:          "应答看不懂，这真的是 Vault 吗",
	vault.CodeNoToken:        "要令牌，请填 kms.token，或者 kms.role_id 和 kms.secret_id",
	vault.CodeDenied:         "拒绝访问：kms.token 是否还有效（或角色是否还在），策略有没有给 update",
	vault.CodeNoPath:         "那个路径上没有 Transit，请核对 kms.uri",
	vault.CodeNoKey:          "没有这把密钥，请核对 kms.uri",
	vault.CodeTooOld:         "已不再用这个旧版本解密（min_decryption_version）",
	vault.CodeTooNew:         "那里的密钥比包裹密钥文件时的还旧",
	vault.CodeOtherKey:       "密钥文件是用另一把密钥包裹的，或者文件坏了",
	vault.CodeNotCiphertext:  "密钥文件里的密文坏了",
	vault.CodeBadRequest:     "不接受这个请求",
	vault.CodeNotAllowed:     "那个路径不能这样调用，请核对 kms.uri",
	vault.CodeConsistency:    "数据还没同步好",
	vault.CodeQuota:          "请求太频繁",
	vault.CodeNotInitialised: "还没有初始化",
	vault.CodeSealed:         "处于封存状态（sealed），要有人解封",
	vault.CodeRedirect:       "要求转到别的节点，请填主节点的地址",
	vault.CodeServer:         "出错了",
	vault.CodeCertificate:    "的证书不受信任，请填 kms.ca_file",
	vault.CodeNoLogin:        "不让登录：请核对 kms.role_id，并重新生成 kms.secret_id",
	vault.CodeWrappingToken:  "说 kms.secret_id 里的包裹令牌用过了或已过期：请重新生成；如果不是这里用掉的，说明 secret_id 落到了别人手里，请把它销毁",
	vault.CodeWrapped:        "把应答包裹了起来：kms.secret_id 要填 secret_id 本身，或者打开 kms.secret_id_wrapped",
	vault.CodeNotRenewable:   "的令牌不能续期：请换成周期令牌（periodic），或者改用 kms.role_id",
}

// checkKMS asks whether the key management service answers. Whether it opens the key file is the next check's.
func (d *Doctor) checkKMS(context.Context) result {
	if d.cfg.KMS.URI == "" {
		return result{}
	}
	_, client, err := d.wrapping()
	if err == nil {
		err = client.Health(d.cfg.KMS.URI)
	}
	if err != nil {
		return unusableKMS(err)
	}
	return result{outcome: OK}
}

func unusableKMS(err error) result {
	found := Text{"密钥服务不能用", "the key service cannot be used"}
	if strings.HasPrefix(err.Error(), "kms.ca_file:") {
		found = Text{"kms.ca_file 读不出证书", err.Error()}
	}
	if e, ok := errors.AsType[*vault.Error](err); ok {
		found = Text{"密钥服务" + chineseKMS[e.Code], e.Error()}
	}
	return result{outcome: Problem, found: found, remedy: Text{
		"核对 kms 下的设置；serve 正在运行的话不受影响，但重启时要用到它",
		"compare the settings below kms; a running serve goes on, but the next start needs the service",
	}}
}

// keyEpochs is the result for a key file that opens and belongs to the database. k is nil if there is no database yet.
func (d *Doctor) keyEpochs(keys *keyset.Keyset, k *store.KeyInspection) result {
	rotate := Text{"运行 shiming keys rotate，serve 不用停", "run shiming keys rotate; serve may go on meanwhile"}
	if wrapping, _, _ := d.wrapping(); wrapping != nil && !keys.Wrapped() {
		return result{outcome: Warning, remedy: rotate, found: Text{
			"密钥文件里的密钥还是明文，没有用 " + wrapping.Name + " 包裹",
			"the keys in the key file are still in clear, not wrapped by " + wrapping.Name,
		}}
	}
	switch {
	case k == nil:
		return result{outcome: OK}
	case k.StillHeld:
		n := strconv.Itoa(k.Retired)
		return result{outcome: Problem, found: Text{
			"密钥版本 " + n + " 已销毁，但这份密钥文件里还有它",
			"key epoch " + n + " was retired, but this key file still holds it",
		}, remedy: Text{
			"换成现在的密钥文件，旧的全部销毁",
			"put the present key file in its place, and destroy every former copy",
		}}
	case k.Unfinished:
		return result{outcome: Warning, found: Text{
			fmt.Sprintf("更换密钥没有做完，还有 %d 条在旧密钥下", k.Left.Total()),
			fmt.Sprintf("a rotation of the keys is not finished, %d rows are under old keys", k.Left.Total()),
		}, remedy: rotate}
	case !k.InUse.Created.IsZero() && d.Now().Sub(k.InUse.Created) > keyAge:
		days := int(d.Now().Sub(k.InUse.Created).Hours() / 24)
		return result{outcome: Warning, found: Text{
			fmt.Sprintf("现在的密钥（版本 %d）已经用了 %d 天", k.InUse.Number, days),
			fmt.Sprintf("the keys in use (epoch %d) are %d days old", k.InUse.Number, days),
		}, remedy: rotate}
	}
	return result{outcome: OK}
}

// otherEpoch is the result for a key file that lacks the epoch of the database.
func otherEpoch(err error) result {
	if retired, ok := errors.AsType[*store.RetiredError](err); ok {
		day := retired.At.UTC().Format(time.DateOnly)
		return result{outcome: Problem, found: Text{
			fmt.Sprintf("数据库是密钥版本 %d 时的备份，那把密钥已于 %s 销毁", retired.Epoch, day),
			fmt.Sprintf("the database is a copy of key epoch %d, whose keys were destroyed on %s", retired.Epoch, day),
		}, remedy: Text{
			"里面的个人信息谁都读不出来了；恢复之后做的备份",
			"nobody can read the personal data in it; restore a backup from afterwards",
		}}
	}
	return result{outcome: Problem, found: Text{
		"密钥文件是更换密钥之前的旧副本", "the key file is a copy from before the keys were rotated",
	}, remedy: Text{"换成现在的密钥文件", "put the present key file in its place"}}
}

// isVault reports whether the key management service has not opened the key file.
func isVault(err error) bool {
	_, ok := errors.AsType[*vault.Error](err)
	return ok
}
