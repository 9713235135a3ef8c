package harness

import (
	"shiming/sim"
	"shiming/sim/feishu"
)

// Screen is a card as somebody sees it.
type Screen struct {
	Msg   feishu.Message
	Card  *feishu.Card
	Text  string // in Chinese
	Stage sim.Stage
}

// titles of an applicant's cards whose buttons do not tell them apart.
var titles = map[string]sim.Stage{
	"发送身份证照片": sim.StagePhotos, "正在识别照片": sim.StagePhotos, "正在核验": sim.StageChecking, "等 HR 审核": sim.StageReview,
	"正在登记": sim.StageRecording, "正在存证": sim.StageFiling, "HR 正在帮你处理": sim.StageAttention, "实名登记完成 🎉": sim.StageDone,
	"这次没有通过": sim.StageRejected, "你选择了不同意": sim.StageDeclined, "这次实名已取消": sim.StageWithdrawn,
	"这次实名已过期": sim.StageExpired, "这次实名已结束": sim.StageClosed,
}
