package scenario

import "slices"

// calls has the calls of every registration, and then those of a check by face.
var calls = slices.Concat(commonCalls, faceCalls)

// Cards that people see during a check by face.
var (
	linking  = Sight{Person, []string{"人脸核验", "正在准备链接"}}
	looking  = Sight{Person, []string{"人脸核验", "正在查结果"}}
	faceSlow = Sight{Person, []string{"人脸核验", "核验服务暂时没有回应，正在重试"}}
)

// faceCalls are the calls of a check by face, which not every registration has.
var faceCalls = []Call{
	{
		Name:      "tencent.face_link",
		Upstream:  tencentName,
		Operation: "DetectAuth",
		At:        Face,
		Repeat:    Harmless,
		Proof:     Signature,
		waits:     linking,
		slow:      faceSlow,
		First:     true,
		Text:      Text{"要人脸核身的链接", "asking for the link of a check by face"},
	},
	{
		Name:      "tencent.face_result",
		Upstream:  tencentName,
		Operation: "GetDetectInfoEnhanced",
		At:        FaceShown,
		Repeat:    Once,
		Proof:     Signature,
		waits:     looking,
		slow:      faceSlow,
		Text:      Text{"取人脸核身的结果", "fetching the result of a check by face"},
	},
}

// expectLostResult is what follows when the answer with a result may be lost. If it was handed out it is gone.
func expectLostResult(f Fault) (End, []Sight) {
	sees := []Sight{{Person, []string{"人脸核验", "结果可能已经出来，但没有传到这里", "可以再查一次；查不到就重新做"}}}
	if f.applied {
		return End{Person, "start_face", Text{"结果只给一次，查不到了，员工重新刷一次脸",
			"the result is handed out once and is gone, and the person shows the face again"}}, sees
	}
	return End{Person, "check_face", Text{"结果还在，员工点再查一次",
		"the result is still there, and the person has it looked for again"}}, sees
}
