//! What problem documents say, in both languages.

use contract::problem::Lang;

/// The short name of a status.
pub(crate) fn title(lang: Lang, status: u16) -> &'static str {
    let (zh, en) = match status {
        400 => ("请求无法读取", "Unreadable request"),
        401 => ("需要登录", "Not logged in"),
        403 => ("没有权限", "Not allowed"),
        404 => ("不存在", "Not found"),
        405 => ("不支持该方法", "Method not allowed"),
        408 => ("请求超时", "Request timed out"),
        409 => ("与当前状态冲突", "Conflict"),
        412 => ("记录已被他人修改", "Changed by somebody else"),
        413 => ("请求体过大", "Body too large"),
        415 => ("不支持该内容类型", "Unsupported media type"),
        422 => ("内容有误", "Invalid content"),
        428 => ("缺少版本号", "Version required"),
        429 => ("操作过于频繁", "Too many requests"),
        503 => ("服务暂时不可用", "Temporarily unavailable"),
        _ => ("服务器内部错误", "Internal error"),
    };
    lang.pick(zh, en)
}

/// What happened, for a code; `{}` is what the failure names.
pub(crate) fn detail(lang: Lang, code: &str, named: &str) -> String {
    let (zh, en) = match code {
        "not_found" => ("记录不存在，或当前账号不可见。", "The record does not exist or is not visible to you."),
        "no_such_address" => ("没有这个地址。", "There is nothing at this address."),
        "method_not_allowed" => {
            ("该地址不支持此方法，可用方法见 Allow。", "This address does not take this method; see Allow.")
        }
        "invalid" => ("部分字段有误，见 errors。", "Some fields are wrong; see errors."),
        "unreadable" if named.is_empty() => ("请求无法读取。", "The request cannot be read."),
        "unreadable" => ("请求无法读取：{}", "The request cannot be read: {}"),
        "unsupported_media_type" => ("请求体应为 {}。", "The body must be {}."),
        "body_too_large" => ("请求体不能超过 {} 字节。", "The body may have at most {} bytes."),
        "request_timeout" => ("接收请求超时。", "The request took too long to arrive."),
        "stale_version" => (
            "记录已被修改，当前版本为 {}，请刷新后重试。",
            "The record has changed; its version is now {}. Reload and try again.",
        ),
        "version_required" => {
            ("修改时需要 If-Match 请求头给出版本号。", "A change needs the version in the If-Match header.")
        }
        "forbidden" => ("当前角色没有权限：{}", "Your role does not allow: {}"),
        "not_logged_in" => ("请先登录。", "Log in first."),
        "session_ended" => ("登录已失效，请重新登录。", "The session has ended; log in again."),
        "token_expired" => ("访问令牌已过期，请刷新。", "The access token has expired; refresh it."),
        "invalid_token" => ("访问令牌或密钥无效。", "The access token or key is not valid."),
        "wrong_credentials" => ("邮箱或密码不正确。", "Wrong e-mail or password."),
        "token_reused" => (
            "检测到刷新令牌被重复使用，已结束该登录。",
            "A spent refresh token was used again; the session has been ended.",
        ),
        "too_many_requests" => (
            "操作过于频繁，请稍后再试，等待秒数见 Retry-After。",
            "Too many attempts; wait as many seconds as Retry-After says.",
        ),
        "unavailable" => {
            ("数据库繁忙或暂时无法连接，请稍后重试。", "The database is busy or cannot be reached; try again shortly.")
        }
        "storage_full" => (
            "磁盘空间已满，本次内容没有保存；请联系管理员清理空间后重试。",
            "The disk is full and this was not stored; ask your administrator to make room, then try again.",
        ),
        "internal" => (
            "服务器内部错误，请凭 request_id 联系管理员。",
            "Something failed on our side; tell your administrator the request_id.",
        ),
        "duplicate" => ("已存在相同的记录。", "There is already such a record."),
        "linked_record_missing" => ("关联的记录不存在。", "A linked record does not exist."),
        "already_merged" => ("记录已合并到另一条记录：{}", "The record has been merged into another one: {}"),
        "archived" => ("记录已归档：{}", "The record is archived: {}"),
        "changed_since_merge" => {
            ("合并之后有记录被修改过，无法全部还原：{}", "Some of what was moved has changed since the merge: {}")
        }
        "nothing_to_unmerge" => ("没有可以撤销的合并。", "There is no merge to undo."),
        "already_set_up" => ("系统已完成初始化。", "The system has already been set up."),
        "last_administrator" => ("至少需要保留一名可登录的管理员。", "At least one active administrator must remain."),
        "builtin_role" => ("内置角色不能删除。", "A shipped role cannot be deleted."),
        "in_use" => ("仍有记录在使用，不能这样修改。", "Live records still stand on it."),
        "stage_archived" => (
            "商机所在的阶段或销售流程已归档，请先恢复：{}",
            "The stage or the pipeline of the opportunity is archived; restore that first: {}",
        ),
        "role_in_use" => ("该角色仍分配给 {} 名成员。", "The role is still assigned to {} users."),
        "key_reused" => ("该幂等键已用于其他请求。", "This idempotency key was used for another request."),
        "webhook_stopped" => (
            "这个推送的创建人已停用，或创建它的 API 密钥已失效，已停止推送。重新保存后以你的权限推送。",
            "Nothing is sent: the webhook's maker has left, or the API key by which it was made is no longer in force. Save it again to have it told what you may see.",
        ),
        "too_many_webhooks" => ("推送地址不能超过 {} 个。", "There can be at most {} webhooks."),
        "too_many_rules" => ("规则不能超过 {} 条。", "There can be at most {} rules."),
        "rule_not_active" => ("规则没有在运行。", "The rule does not act."),
        "rule_not_published" => ("规则还没有发布过。", "The rule was never published."),
        "rule_not_fit" => {
            ("规则当前无法执行，请先检查并重新发布。", "The rule cannot act as it is; check and publish it again.")
        }
        "claimed_by_other" => ("已被 {} 领取。", "{} has taken it already."),
        "already_yours" => ("这条记录已经由你负责。", "It is yours already."),
        "not_in_pool" => ("这条记录不在公海中。", "It is not in the public pool."),
        "in_pool_already" => ("这条记录已经在公海中。", "It is in the public pool already."),
        "owned_lately" => (
            "你曾负责这条记录，退回后 {} 天内不能再次领取。",
            "You owned it before; it can be claimed again {} days after it went back.",
        ),
        "claims_used_up" => ("今天的领取次数已用完（每天 {} 次）。", "Today's claims are used up ({} a day)."),
        "holdings_full" => (
            "你负责的客户已达到上限 {} 个，先退回一些再领取。",
            "You own as many customers as one person may ({}); give some back first.",
        ),
        "run_not_failed" => ("只有失败的执行可以重试。", "Only a failed run can be tried again."),
        "run_retried_already" => (
            "这次执行已经重试过，请查看之后的执行记录。",
            "This run has been tried again already; look at the runs after it.",
        ),
        "record_no_longer_fits" => ("记录已不再符合规则条件。", "The record no longer fits the rule."),
        "import_not_open" => (
            "导入已经开始，不能再修改或重新开始。",
            "The import has been started; it cannot be changed or started again.",
        ),
        "import_ended" => ("导入已经结束，无法停止。", "The import has ended and cannot be stopped."),
        "nothing_to_undo" => ("这次导入没有可以撤销的内容。", "This import has nothing to undo."),
        "file_expired" => (
            "文件保存期已过，已经清除；请重新导出或上传。",
            "The file was kept for its time and has gone. Export or upload it once more.",
        ),
        "export_not_done" => ("导出文件还没有生成。", "The file of this export is not there."),
        "task_not_open" => ("只有未完成的任务可以这样操作。", "This can be done with an open task only."),
        "user_without_email" => {
            ("{} 还没有邮箱，请先填写邮箱再设置密码。", "{} has no e-mail address to log in with; give them one first.")
        }
        "hand_over_running" => (
            "这位成员的交接正在进行，请等它完成。",
            "What this person holds is being handed over; wait until that has ended.",
        ),
        "hand_over_ended" => ("交接已经结束，无法停止。", "The hand-over has ended and cannot be stopped."),
        "nothing_to_hand_over" => {
            ("名下没有需要交接的记录。", "This person holds nothing of what is to be handed over.")
        }
        "receiver_inactive" => ("接手人已停用。", "Whoever was to take over is no longer active."),
        "too_many_attempts" => ("多次尝试后仍未完成。", "It did not end after many attempts."),
        _ => return lang.pick("无法完成这项操作（{}）。", "This cannot be done ({}).").replace("{}", code),
    };
    lang.pick(zh, en).replace("{}", named)
}
