package files

// CompleteConfig is the smallest complete configuration, as lines of a config.yaml. Its evidence revision needs neither
// a public address nor a file.
const CompleteConfig = `
feishu: {app_id: cli_x, app_secret: s, encrypt_key: k, verification_token: v}
hr: {admins: [ou_a, ou_b]}
verification: {method: three_elements, tencent: {secret_id: i, secret_key: k, sms_sdk_app_id: "1400006666", sms_sign_name: 示例, sms_template_id: "1110"}}
esign: {app_id: "7430000001", app_secret: s, evidence_revision: "2024"}
`
