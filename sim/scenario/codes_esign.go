package scenario

// Pages of e签宝 that document refusals: titles, or the call whose page lists them.
const (
	gatewayPage  = "SaaS API接口报错401排查流程"
	filesPage    = "file-upload-url"
	storagePage  = "fileUploadUrl"
	statusPage   = "查询文件上传状态"
	businessPage = "1435xxx"
)

// esignCodes lists the documented refusals of e签宝: of the gateway, of the business APIs, and of the storage for the
// PUT. The gateway may return its codes to any call; they are listed with the upload URL.
var esignCodes = []esignCode{
	{gatewayPage, "esign.upload_url", "401_missing", 401, "401", "缺少参数", Stops, badKey,
		Text{"签名头不全", "a signature header is missing"}},
	{gatewayPage, "esign.upload_url", "401_strategy", 401, "401", "AUTHSTRATEGY_NOT_FOUND", Stops, badKey,
		Text{"鉴权方式的头被改了", "the header of the way to authenticate was changed"}},
	{gatewayPage, "esign.upload_url", "401_app", 401, "401", "无效的应用", Stops, badKey,
		Text{"应用无效", "the application is unknown or disabled"}},
	{gatewayPage, "esign.upload_url", "401_no_token", 401, "401", "TOKEN_CANT_BE_NULL", Stops, badKey,
		Text{"鉴权方式的头丢了", "the header of the way to authenticate was lost"}},
	{gatewayPage, "esign.upload_url", "401_token", 401, "401", "TOKEN错误", Stops, badKey,
		Text{"收到了 token 而不是签名", "a token came where a signature is due"}},
	{gatewayPage, "esign.upload_url", "401_time", 401, "401", "INVALID_TIMESTAMP", Stops, clockOff,
		Text{"时间戳差得太多", "the timestamp is too far off"}},
	{gatewayPage, "esign.upload_url", "401_signature", 401, "401", "INVALID_SIGNATURE", Stops, badKey,
		Text{"签名不对", "the signature is wrong"}},
	{gatewayPage, "esign.upload_url", "401", 401, "401", "", Stops, badKey, Text{"没有说原因的 401", "401 without a reason"}},
	{gatewayPage, "esign.upload_url", "403_ip", 403, "403", "IP白名单不匹配", Stops, notListed,
		Text{"出口 IP 不在白名单", "the IP is not on the allow-list"}},
	{gatewayPage, "esign.upload_url", "403", 403, "403", "", Stops, notListed, Text{"没有说原因的 403", "403 without a reason"}},
	{gatewayPage, "esign.upload_url", "429", 429, "429", "", Again, "", Text{"太频繁", "too frequent"}},
	{filesPage, "esign.upload_url", "1430002", 200, "1430002", "", Decides, unforeseen,
		Text{"文件名或大小不允许", "the file's name or size is not allowed"}},
	{filesPage, "esign.upload_url", "1430601", 200, "1430601", "", Decides, unforeseen,
		Text{"文件名有禁用字符", "the file's name has a forbidden character"}},
	{storagePage, "esign.put", "InvalidDigest", 400, "InvalidDigest", "", Decides, uploadOther,
		Text{"内容和声明的 MD5 不符", "the bytes do not match the declared MD5"}},
	{storagePage, "esign.put", "SignatureDoesNotMatch", 403, "SignatureDoesNotMatch", "", Decides, uploadOther,
		Text{"和声明的类型或方法不符", "type or method differ from what was declared"}},
	{storagePage, "esign.put", "AccessDenied_expired", 403, "AccessDenied", "Request has expired.", Again, "",
		Text{"上传地址过期", "the upload address has expired"}},
	{storagePage, "esign.put", "AccessDenied", 403, "AccessDenied", "", Stops, wrongSetting,
		Text{"存储拒绝这个地址", "the storage refuses the address"}},
	{storagePage, "esign.put", "MethodNotAllowed", 405, "MethodNotAllowed", "", Decides, uploadOther,
		Text{"不是用 PUT 上传", "not uploaded with PUT"}},
	{storagePage, "esign.put", "InvalidAccessKeyId", 403, "InvalidAccessKeyId", "", Decides, uploadOther,
		Text{"上传地址被改了", "the address was mangled on the way"}},
	{statusPage, "esign.file_status", "1430608", 200, "1430608", "", Again, "",
		Text{"文件不存在，重新上传", "the file is not there: uploaded again"}},
	{statusPage, "esign.file_status", "1430802", 200, "1430802", "", Stops, wrongSetting,
		Text{"文件是别的应用的", "the file belongs to another application"}},
	{statusPage, "esign.evidence", "1430608", 200, "1430608", "", Again, "",
		Text{"文件不存在，重新上传", "the files are not there: uploaded again"}},
	{statusPage, "esign.evidence", "1430802", 200, "1430802", "", Stops, wrongSetting,
		Text{"文件是别的应用的", "the files belong to another application"}},
	{businessPage, "esign.evidence", "1435002", 200, "1435002", "", Stops, fieldRefused,
		Text{"参数不对", "a field is refused"}},
	{businessPage, "esign.evidence", "1435404", 200, "1435404", "", Stops, usedUp,
		Text{"购买的份额用完", "the bought quota is used up"}},
	{businessPage, "esign.evidence", "1435405", 200, "1435405", "", Stops, usedUp,
		Text{"购买的份额不足", "the bought quota does not suffice"}},
}

// fileStatuses lists the values of fileStatus that are final and no success.
var fileStatuses = []struct {
	status int
	text   Text
}{
	{3, Text{"上传失败，重新上传", "the upload failed: uploaded again"}},
	{9, Text{"转 PDF 失败，重新上传", "the conversion to PDF failed: uploaded again"}},
	{12, Text{"转 HTML 失败，重新上传", "the conversion to HTML failed: uploaded again"}},
}
