package scenario

// esignCodes are the refusals that e签宝 documents: of the gateway (helper/krgcgauz4akfivia), of the business APIs, and of the
// storage that takes the PUT.
var esignCodes = []esignCode{
	{"esign.upload_url", "401_missing", 401, "401", "缺少参数", Stops, Text{"签名头不全", "a signature header is missing"}},
	{"esign.upload_url", "401_strategy", 401, "401", "AUTHSTRATEGY_NOT_FOUND", Stops, Text{"鉴权方式的头被改了", "the header of the way to authenticate was changed"}},
	{"esign.upload_url", "401_app", 401, "401", "无效的应用", Stops, Text{"应用无效", "the application is unknown or disabled"}},
	{"esign.upload_url", "401_no_token", 401, "401", "TOKEN_CANT_BE_NULL", Stops, Text{"鉴权方式的头丢了", "the header of the way to authenticate was lost"}},
	{"esign.upload_url", "401_token", 401, "401", "TOKEN错误", Stops, Text{"收到了 token 而不是签名", "a token came where a signature is due"}},
	{"esign.upload_url", "401_time", 401, "401", "INVALID_TIMESTAMP", Stops, Text{"时间戳差得太多", "the timestamp is too far off"}},
	{"esign.upload_url", "401_signature", 401, "401", "INVALID_SIGNATURE", Stops, Text{"签名不对", "the signature is wrong"}},
	{"esign.upload_url", "401", 401, "401", "simulated", Stops, Text{"没有说原因的 401", "401 without a reason"}},
	{"esign.upload_url", "403_ip", 403, "403", "IP白名单不匹配", Stops, Text{"出口 IP 不在白名单", "the IP is not on the allow-list"}},
	{"esign.upload_url", "403", 403, "403", "simulated", Stops, Text{"没有说原因的 403", "403 without a reason"}},
	{"esign.upload_url", "429", 429, "429", "simulated", Again, Text{"太频繁", "too frequent"}},
	{"esign.upload_url", "1430002", 200, "1430002", "simulated", Stops, Text{"文件名或大小不允许", "the file's name or size is not allowed"}},
	{"esign.upload_url", "1430601", 200, "1430601", "simulated", Stops, Text{"文件名有禁用字符", "the file's name has a forbidden character"}},
	{"esign.put", "InvalidDigest", 400, "InvalidDigest", "simulated", Stops, Text{"内容和声明的 MD5 不符", "the bytes do not match the declared MD5"}},
	{"esign.put", "SignatureDoesNotMatch", 403, "SignatureDoesNotMatch", "simulated", Stops, Text{"和声明的类型或方法不符", "type or method differ from what was declared"}},
	{"esign.put", "AccessDenied_expired", 403, "AccessDenied", "Request has expired.", Again, Text{"上传地址过期", "the upload address has expired"}},
	{"esign.put", "AccessDenied", 403, "AccessDenied", "simulated", Stops, Text{"存储拒绝这个地址", "the storage refuses the address"}},
	{"esign.put", "MethodNotAllowed", 405, "MethodNotAllowed", "simulated", Stops, Text{"不是用 PUT 上传", "not uploaded with PUT"}},
	{"esign.put", "InvalidAccessKeyId", 403, "InvalidAccessKeyId", "simulated", Stops, Text{"上传地址被改了", "the address was mangled on the way"}},
	{"esign.evidence", "1430608", 200, "1430608", "simulated", Again, Text{"文件不存在，重新上传", "the file is not there: uploaded again"}},
	{"esign.evidence", "1430802", 200, "1430802", "simulated", Stops, Text{"文件是别的应用的", "the file belongs to another application"}},
	{"esign.evidence", "1435002", 200, "1435002", "simulated", Stops, Text{"参数不对", "a field is refused"}},
	{"esign.evidence", "1435404", 200, "1435404", "simulated", Stops, Text{"购买的份额用完", "the bought quota is used up"}},
	{"esign.evidence", "1435405", 200, "1435405", "simulated", Stops, Text{"购买的份额不足", "the bought quota does not suffice"}},
}
