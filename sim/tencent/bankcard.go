package tencent

import (
	"fmt"
	"regexp"

	"shiming/sim/specimen"
)

// cardResults maps the documented values of Result of BankCard4EVerification to their Description
// (https://cloud.tencent.com/document/api/1007/35775).
var cardResults = map[string]string{
	"0":   "认证通过",
	"-1":  "认证未通过",
	"-2":  "姓名校验不通过",
	"-3":  "身份证号码有误",
	"-4":  "银行卡号码有误",
	"-5":  "手机号码不合法",
	"-6":  "持卡人信息有误",
	"-7":  "未开通无卡支付",
	"-8":  "此卡被没收",
	"-9":  "无效卡号",
	"-10": "此卡无对应发卡行",
	"-11": "该卡未初始化或睡眠卡",
	"-12": "作弊卡、吞卡",
	"-13": "此卡已挂失",
	"-14": "该卡已过期",
	"-15": "受限制的卡",
	"-16": "密码错误次数超限",
	"-17": "发卡行不支持此交易",
	"-18": "验证中心服务繁忙",
	"-19": "验证次数超限，请次日重试",
	"-20": "该证件暂不支持校验，目前仅支持二代身份证",
	"-21": "卡状态异常或卡号错误",
}

// Account is a bank card in the simulated banks' records.
type Account struct {
	Name, Number string // of the holder
	Mobile       string // as the bank knows it, 11 digits
	Card         string // 13 to 19 digits with a check digit
	Bank         string
	Kind         int // AccountDebit or AccountCredit
}

// OpenAccount issues a bank card. A later account with the same card replaces it.
func (s *Server) OpenAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[a.Card] = a
}

// ReturnNextCard queues a documented Result for this bank card. The next check of the card returns it.
func (s *Server) ReturnNextCard(card, result string) error {
	if _, ok := cardResults[result]; !ok {
		return fmt.Errorf("tencent: %q is not a documented result of a bank card", result)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next[card] = append(s.next[card], result)
	return nil
}

type bankCardParams struct {
	Name, IdCard, Phone, BankCard string
	CertType                      *int64
	Encryption                    map[string]any
}

// bankCard4E is BankCard4EVerification (https://cloud.tencent.com/document/api/1007/35775).
func (s *Server) bankCard4E(body []byte, call *Call) (map[string]any, *apiError) {
	var p bankCardParams
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	call.Name, call.IDNumber, call.Mobile, call.BankCard = p.Name, p.IdCard, p.Phone, p.BankCard
	switch {
	case p.Name == "" || p.IdCard == "" || p.Phone == "" || p.BankCard == "":
		return nil, refuse("MissingParameter", "Name, BankCard, Phone and IdCard are required.")
	case p.CertType != nil && *p.CertType != 0:
		return nil, refuse("InvalidParameterValue", "CertType must be 0.")
	case p.Encryption != nil:
		return nil, refuse("FailedOperation.DecryptSystemError", "Encrypted fields are not simulated.")
	}
	result := s.checkCard(p)
	call.Code = result
	return map[string]any{"Result": result, "Description": cardResults[result]}, nil
}

var cardForm = regexp.MustCompile(`^[0-9]{13,19}$`)

// checkCard returns Result.
func (s *Server) checkCard(p bankCardParams) string {
	if r, ok := s.takeNext(p.BankCard); ok {
		return r
	}
	switch {
	case !validName(p.Name):
		return "-2"
	case !validNumber(p.IdCard):
		return "-3"
	case !cardForm.MatchString(p.BankCard):
		return "-4"
	case !phoneForm.MatchString(p.Phone):
		return "-5"
	case !luhn(p.BankCard):
		return "-9"
	}
	s.mu.Lock()
	known, ok := s.accounts[p.BankCard]
	s.mu.Unlock()
	switch {
	case !ok:
		return "-10"
	case known.Name != p.Name || known.Number != p.IdCard:
		return "-6"
	case known.Mobile != p.Phone:
		return "-1"
	}
	return "0"
}

// luhn checks the check digit of a card's number (ISO/IEC 7812-1).
func luhn(card string) bool { return specimen.WithLuhn(card[:len(card)-1]) == card }

// Kinds of accounts (AccountType of CheckBankCardInformation).
const (
	AccountDebit  = 1
	AccountCredit = 2
)

// bankCardInformation is CheckBankCardInformation. The simulated banks have issued the cards of OpenAccount.
func (s *Server) bankCardInformation(body []byte, call *Call) (map[string]any, *apiError) {
	var p struct {
		BankCard   string
		Encryption map[string]any
	}
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	call.BankCard = p.BankCard
	switch {
	case p.BankCard == "":
		return nil, refuse("MissingParameter", "BankCard is required.")
	case p.Encryption != nil:
		return nil, refuse("FailedOperation.DecryptSystemError", "Encrypted fields are not simulated.")
	}
	s.mu.Lock()
	known, ok := s.accounts[p.BankCard]
	s.mu.Unlock()
	content := map[string]any{"Result": "-1", "Description": "未查到信息", "AccountBank": "", "AccountType": 0}
	switch {
	case !cardForm.MatchString(p.BankCard) || !luhn(p.BankCard):
		content["Result"], content["Description"] = "-3", "卡号不存在"
	case ok:
		content["Result"], content["Description"] = "0", "查询成功"
		content["AccountBank"], content["AccountType"] = known.Bank, known.Kind
	}
	call.Code = content["Result"].(string)
	return content, nil
}
