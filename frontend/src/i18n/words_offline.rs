//! Messages for times without a network, for new versions of the page, and for the organisation's days and hours.

use super::messages;

messages! {
    away = "网络不通。跟进和任务可以照常记录，联网后自动发送。", "No network. Log contacts and tasks as usual: they are sent when it is back.";
    away_since(at: &str) = "网络不通，显示的是{at}读到的内容。跟进和任务可以照常记录，联网后自动发送。", "No network: this was read {at}. Log contacts and tasks as usual, they are sent when it is back.";
    outbox = "待发送", "To be sent";
    outbox_body = "没有网络时写下的内容保存在这台设备上，联网后按顺序发送，每条只发一次。", "What you write without a network is kept on this device, and sent in order and once when the network is back.";
    outbox_send = "立即发送", "Send now";
    outbox_none = "没有待发送的内容", "Nothing waits to be sent";
    outbox_sent(n: usize) = "网络已恢复，{n} 条内容已发送", "The network is back, {n} sent";
    outbox_queued = "网络不通，已存入待发送，联网后自动发送", "No network: kept, and sent when it is back";
    outbox_lost = "这台设备无法保存待发送的内容", "This device cannot keep what waits to be sent";
    outbox_waiting = "等待网络", "Waiting";
    outbox_later = "服务器暂时无法接收，稍后重试", "The server cannot take it now, tried again soon";
    outbox_failed = "未能发送", "Not sent";
    outbox_unsure = "无法确认", "Unknown";
    outbox_unsure_body = "上次发送已过去 23 小时以上，无法确认服务器是否已收到。请先查看记录，再决定重发还是丢弃。", "It was sent more than 23 hours ago and nobody can say whether it arrived. Look at the records before you send it again or discard it.";
    outbox_discard = "丢弃", "Discard";
    outbox_discard_ask = "丢弃这条未发送的内容？", "Discard what was not sent?";
    outbox_discard_body(title: &str) = "「{title}」还没有发送，丢弃后无法找回。", "“{title}” was not sent. Once discarded it is gone.";
    outbox_leave = "还有内容没有发送", "Some things were not sent";
    outbox_leave_body(n: usize) = "还有 {n} 条内容等待发送。退出后它们留在这台设备上，你下次在这里登录时再发送。", "{n} are waiting. They stay on this device and are sent when you log in here again.", "{n} is waiting. It stays on this device and is sent when you log in here again.";
    timezone_help = "日期、时间和「今天」都按这个时区显示和统计。", "Days, times and “today” are those of this time zone, for everybody.";
    workdays = "工作日历", "Working days";
    workdays_body = "周一到周五为工作日。以工作时间计算的期限（自动化规则、服务时限）按这里的时间和日期推算。", "Monday to Friday. Deadlines in working hours, as in rules, are counted by these hours and days.";
    workdays_opens = "上班", "Opens";
    workdays_closes = "下班", "Closes";
    workdays_off = "放假的日子", "Days off";
    workdays_on = "调休上班的日子", "Days worked instead";
    workdays_add(what: &str) = "添加：{what}", "Add to: {what}";
    comment_removed = "讨论已删除", "Comment removed";
    file_removed = "附件已移除", "File removed";
    new_version = "系统有新版本", "A new version is ready";
    new_version_take = "刷新", "Reload";
    task_finish_of(title: &str) = "完成任务：{title}", "Finish task: {title}";
}
