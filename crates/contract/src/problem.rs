//! RFC 9457 problem documents: one shape for every error, stable codes, messages in the reader's language.

use serde::{Deserialize, Serialize};

/// What went wrong (`application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Stable URI of the kind of problem: `https://flywheel.dev/problems/` and the code.
    #[serde(rename = "type")]
    pub type_: String,
    /// Short name of the kind of problem, in the reader's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here, in the reader's language.
    pub detail: String,
    /// Stable code for programs.
    pub code: String,
    /// What is wrong with which field; empty where no field is to blame.
    pub errors: Vec<FieldProblem>,
    /// Names this request in the server's log.
    pub request_id: String,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Path of the field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// In the reader's language.
    pub message: String,
}

/// Languages of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// From an `Accept-Language` header: the first of Chinese and English that it names; Chinese by default.
    pub fn negotiate(header: Option<&str>) -> Lang {
        let named = header.unwrap_or("").split(',').map(|part| part.trim().to_ascii_lowercase());
        named
            .filter_map(|tag| {
                if tag.starts_with("zh") {
                    Some(Lang::Zh)
                } else if tag.starts_with("en") {
                    Some(Lang::En)
                } else {
                    None
                }
            })
            .next()
            .unwrap_or_default()
    }

    /// The Chinese or the English text.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// The message of a field error code. `detail` is what the message names.
pub fn field_message(lang: Lang, code: &str, detail: &str) -> String {
    let (zh, en) = match code {
        "required" => ("必填", "Required"),
        "too_long" => ("不能超过 {} 个字符", "At most {} characters"),
        "too_short" => ("至少需要 {} 个字符", "At least {} characters"),
        "too_many" => ("最多 {} 项", "At most {} items"),
        "one_line" => ("不能换行", "Must be a single line"),
        "nul_character" => ("包含不允许的空字符", "Contains a NUL character"),
        "wrong_type" => ("类型不对，应为 {}", "Wrong type, expected {}"),
        "email" => ("邮箱格式不正确", "Not a valid e-mail address"),
        "phone" => ("电话号码格式不正确", "Not a valid phone number"),
        "url" => ("网址格式不正确", "Not a valid web address"),
        "date" => ("日期格式应为 YYYY-MM-DD", "Expected a date as YYYY-MM-DD"),
        "datetime" => ("时间格式应为 RFC 3339", "Expected a time in RFC 3339"),
        "id" => ("不是有效的编号", "Not a valid id"),
        "choice" => ("只能是：{}", "Must be one of: {}"),
        "out_of_range" => ("超出范围 {}", "Out of range {}"),
        "total_out_of_range" => (
            "金额合计超出系统能计算的范围，请检查金额",
            "The amounts add up to more than can be counted; please check them",
        ),
        "weights_zero" => ("权重不能全部为零", "The weights must not all be zero"),
        "must_descend" => ("必须小于 {}", "Must be less than {}"),
        "must_ascend" => ("不能小于 {}", "Must not be less than {}"),
        "must_not_exceed" => ("不能大于 {}", "Must not be greater than {}"),
        "must_exceed" => ("必须大于 {}", "Must be greater than {}"),
        "unknown_field" if !detail.is_empty() => ("没有这个字段：{}", "Unknown field: {}"),
        "unknown_field" => ("没有这个字段", "Unknown field"),
        "unknown_operator" => ("这个字段不支持该运算：{}", "Operator not supported by this field: {}"),
        "not_sortable" => ("不能按这个字段排序", "Cannot be sorted by"),
        "not_filterable" => ("不能按这个字段筛选", "Cannot be filtered by"),
        "read_only" => ("系统字段，不能修改", "Set by the system, cannot be written"),
        "masked" => ("当前角色看不到这个字段", "Hidden from your role"),
        "link_missing" => ("关联的记录不存在或不可见", "The linked record does not exist or is not visible"),
        "not_an_object" => ("应为 JSON 对象", "Expected a JSON object"),
        "duplicate" => ("已存在相同的值", "Already taken"),
        "too_deep" => ("嵌套过深，最多 {} 层", "Nested too deeply, at most {} levels"),
        "invalid_cursor" => ("翻页标记无效", "Not a valid cursor"),
        "wrong_password" => ("密码不正确", "Wrong password"),
        "weak_password" => ("密码太弱：{}", "Password too weak: {}"),
        "common_password" => ("这个密码太常见", "This password is too common"),
        "password_contains_name" => {
            ("密码不能包含姓名或邮箱", "The password must not contain the name or the e-mail address")
        }
        "beyond_your_own" => ("不能授予自己没有的权限：{}", "You cannot grant more than you have: {}"),
        "unknown_role" => ("没有这个角色：{}", "No such role: {}"),
        "unknown_permission" => ("没有这个对象：{}", "No such object: {}"),
        "timezone" => ("没有这个时区", "No such time zone"),
        "currency" => ("货币应为三个大写字母，如 CNY", "Expected a currency of three capital letters, such as CNY"),
        "past" => ("时间应在将来", "Expected a time in the future"),
        "level_out_of_scope" => (
            "公司目标由能管理全公司目标的人制定，团队目标由团队负责人制定",
            "Goals of the company are set by those who manage all goals, goals of a team by its manager",
        ),
        "owner_out_of_scope" => ("不能分配给该成员", "You may not assign to this person"),
        "receiver_inactive" => {
            ("该成员不能登录：未激活、已停用或不存在", "This person cannot log in: invited, disabled, or not there")
        }
        "receiver_is_the_leaver" => ("不能交给本人", "Cannot be handed to the person themselves"),
        "receiver_sees_none" => ("该成员的角色看不到：{}", "The role of this person does not let them see: {}"),
        "customers_not_handed_over" => ("没有选择客户，无法转入公海", "Customers are not among what is handed over"),
        "key" => (
            "只能用小写字母、数字和下划线，且以字母开头",
            "Lower-case letters, digits and underscores only, starting with a letter",
        ),
        "choice_in_use" => (
            "还有记录在用这些选项：{}。改名可直接修改；要删除，请先把这些记录改成别的选项",
            "Records still have these options: {}. An option can be renamed; to remove it, give those records another one first",
        ),
        "stored_of_another_kind" => (
            "以前删除的同标识字段在 {} 条记录里留有其他类型的值，请换一个标识",
            "A removed field of this key left values of another kind in {} records; choose another key",
        ),
        "stored_beyond_choices" => (
            "以前删除的同标识字段在 {} 条记录里留有不在这些选项中的值，请补上选项或换一个标识",
            "A removed field of this key left values that are none of these options in {} records; add the options or choose another key",
        ),
        "not_merged" => ("不在要合并的记录之中", "Not one of the records to be merged"),
        "link_to_itself" => ("不能关联自己或自己的下级", "Cannot link to itself or to something below it"),
        "pipeline_without_stages" => ("该销售流程没有进行中的阶段", "This pipeline has no open stage"),
        "stage_of_another_pipeline" => ("该阶段不属于所选销售流程", "This stage belongs to another pipeline"),
        "reused_key" => ("该幂等键已用于另一个请求", "This key was used for another request"),
        "unknown_parameter" => ("没有这个参数", "Unknown parameter"),
        "unknown_object" => ("规则不能用于这个对象：{}", "Rules cannot be about this object: {}"),
        "forbidden_object" => ("你没有权限操作：{}", "You may not act on: {}"),
        "own_field_only" => ("这里只能用对象自己的字段：{}", "Only a field of the object itself: {}"),
        "no_time_field" => ("不是日期或时间字段：{}", "Not a date or time field: {}"),
        "no_number_field" => ("不是数值字段：{}", "Not a field of numbers: {}"),
        "follows_other_records" => (
            "该字段随其他记录自动更新，请改用那类记录的新建或修改作为触发：{}",
            "This field follows other records; let a change of those set the rule off: {}",
        ),
        "cron" => (
            "不是有效的时间计划，应为五段：分 时 日 月 周",
            "Not a schedule: expected minute, hour, day, month and weekday",
        ),
        "not_in_team" => (
            "你不在该客户的客户团队里，请让负责人把你加进去",
            "You are not in this customer's account team: ask its owner to add you",
        ),
        "no_customer" => ("该对象没有客户：{}", "This object is about no customer: {}"),
        "no_pool" => ("该对象没有公海：{}", "This object has no public pool: {}"),
        "no_tags" => ("该对象没有标签：{}", "This object has no tags: {}"),
        "only_customers" => ("只能用于客户规则{}", "Only for rules about customers{}"),
        "not_assignable" => ("该对象不能重新分配：{}", "This object cannot be given to somebody: {}"),
        "no_email_field" => ("不是邮箱字段：{}", "Not an e-mail field: {}"),
        "no_owner" => ("该对象没有负责人", "This object has no owner"),
        "time_of_day" => ("时间格式应为 HH:MM", "Expected a time of day as HH:MM"),
        "private_address" => ("不能使用内网地址", "Addresses of private networks are not allowed"),
        "unknown_event" => ("没有这类事件：{}", "No such type of event: {}"),
        "mail_not_configured" => ("服务器还没有配置发信", "The server has no mail server to send by"),
        "digest_needs_in_app" => {
            ("每日汇总需要同时在应用内接收", "A daily digest needs the notification in the application too")
        }
        "not_a_workbook" => (
            "文件不是有效的 Excel 工作簿（xlsx），请另存为 xlsx 或 CSV 后再上传",
            "The file is not an Excel workbook (xlsx); save it as xlsx or CSV and upload it again",
        ),
        "old_or_encrypted_workbook" => (
            "旧版 Excel（xls）或带密码的工作簿无法读取，请另存为不带密码的 xlsx",
            "An old Excel file (xls) or one with a password cannot be read; save it as xlsx without a password",
        ),
        "unpacks_too_large" => (
            "文件解压后过大，请拆分成几个文件分别导入",
            "The file unpacks to more than can be read; split it and import the parts",
        ),
        "unknown_sheet" => ("文件里没有这个工作表", "The workbook has no such sheet"),
        "no_rows" => ("文件里没有数据行", "The file holds no rows"),
        "damaged_file" => {
            ("文件已损坏，请重新保存或重新导出后再上传", "The file is damaged; save or export it again and upload that")
        }
        "unreadable_file" => ("文件无法读取，请重新上传", "The file cannot be read; upload it again"),
        "unknown_column" => ("文件里没有这一列：{}", "The file has no such column: {}"),
        "not_mapped" => ("还没有列对应到这个字段：{}", "No column is mapped to this field: {}"),
        "not_matchable" => ("不能用这些字段判断是否同一条：{}", "Records cannot be recognised by these fields: {}"),
        "invalid" => ("无效：{}", "Invalid: {}"),
        _ => return lang.pick("内容有误（{}）", "Not valid ({})").replace("{}", code),
    };
    lang.pick(zh, en).replace("{}", detail)
}
