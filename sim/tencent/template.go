package tencent

import "strconv"

// TemplateStatus sets the status of the account's template in DescribeSmsTemplateList: 0 approved, 1 under review, -1
// refused. SendSms ignores it.
func (s *Server) TemplateStatus(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templateStatus = code
}

// describeTemplates is DescribeSmsTemplateList. It omits templates of other accounts.
func (s *Server) describeTemplates(body []byte, _ *Call) (map[string]any, *apiError) {
	var in struct {
		International *int
		TemplateIdSet []uint64
		Limit, Offset int
	}
	if refusal := decode(body, &in); refusal != nil {
		return nil, refusal
	}
	if in.International == nil {
		return nil, refuse("MissingParameter", "The request is missing a required parameter `International`.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	set := []map[string]any{}
	for _, id := range in.TemplateIdSet {
		if strconv.FormatUint(id, 10) == s.cfg.TemplateID && *in.International == 0 {
			set = append(set, map[string]any{
				"TemplateId":      id,
				"International":   0,
				"StatusCode":      s.templateStatus,
				"ReviewReply":     "",
				"TemplateName":    "实名登记",
				"TemplateContent": s.cfg.Template,
				"CreateTime":      1617379200,
			})
		}
	}
	return map[string]any{"DescribeTemplateStatusSet": set}, nil
}
