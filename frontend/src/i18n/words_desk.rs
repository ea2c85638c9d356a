//! Messages of the workbench, the calendar and the reports.

use super::messages;

messages! {
    quick_log = "记跟进", "Log a contact";
    quick_task = "新建任务", "New task";
    quick_customer = "新建客户", "New customer";
    quick_deal = "新建商机", "New deal";
    whose_mine = "我的", "Mine";
    whose_all = "全部", "All";
    whose_label = "数据范围", "Whose figures";
    figures_head = "业绩数据", "Figures";
    was_before(v: &str) = "上期 {v}", "before: {v}";

    priority_high = "高优先级", "High priority";
    tasks_overdue = "已逾期", "Overdue";
    tasks_today = "今天", "Today";
    tasks_next = "接下来 7 天", "Next 7 days";
    tasks_undated = "未定时间", "No date";
    task_finish(title: &str) = "完成「{title}」", "Finish “{title}”";
    task_finished(title: &str) = "已完成「{title}」", "Finished “{title}”";
    task_reopened = "任务已恢复为待办", "The task is open again";
    task_snooze(title: &str) = "推迟「{title}」", "Put off “{title}”";
    task_moved(when: &str) = "已推迟到 {when}", "Put off until {when}";
    snooze_hours = "3 小时后", "In 3 hours";
    snooze_tomorrow = "明天上午 9 点", "Tomorrow at 9";
    snooze_monday = "下周一上午 9 点", "Next Monday at 9";
    snooze_week = "一周后", "In a week";
    tasks_free = "近期没有待办", "Nothing on your list";
    tasks_free_body = "不妨联系一下久未跟进的客户。", "A good moment for customers you have not spoken to for a while.";
    tasks_free_do = "查看 30 天未跟进的客户", "Not contacted for 30 days";
    tasks_rest(n: u64) = "还有 {n} 个更晚到期的任务", "{n} more later";

    feed = "最新动态", "What changed";
    feed_none = "还没有动态", "Nothing has changed yet";
    feed_none_body = "同事新建或修改的记录会出现在这里。", "Records that are added or changed will show up here.";
    feed_did(verb: &str, object: &str) = "{verb}{object}", "{verb} the {object}";
    feed_created = "新建了", "added";
    feed_updated = "修改了", "changed";
    feed_archived = "归档了", "archived";
    feed_restored = "恢复了", "restored";
    feed_moved(object: &str) = "调整了{object}阶段", "moved the stage of the {object}";
    recent = "最近查看", "Recently viewed";
    recent_none = "还没有看过记录", "Nothing viewed yet";
    recent_none_body = "打开过的客户、商机会留在这里，方便继续。", "Customers and deals you open stay here, to go on with.";

    nav_calendar = "日历", "Calendar";
    nav_reports = "报表", "Reports";
    cal_month = "月", "Month";
    cal_week = "周", "Week";
    cal_agenda = "日程", "Agenda";
    cal_view = "视图", "View";
    cal_prev = "往前", "Back";
    cal_next = "往后", "Forward";
    cal_today = "今天", "Today";
    cal_tasks = "任务", "Tasks";
    cal_activities = "跟进", "Activities";
    cal_deals = "预计成交", "Expected to close";
    cal_add_on(day: &str) = "在 {day} 新建", "Add on {day}";
    cal_more(n: usize) = "还有 {n} 项", "{n} more";
    cal_none = "这段时间没有安排", "Nothing planned";
    cal_none_body = "点击日期即可新建任务或记录跟进。", "Click a day to add a task or log a contact.";
    cal_day_none = "这一天没有安排", "Nothing on this day";
    cal_moved(what: &str, day: &str) = "「{what}」已移到 {day}", "“{what}” moved to {day}";
    cal_open = "打开记录", "Open the record";
    cal_move_to = "移到", "Move to";
    cal_part = "事项太多，只显示了前 1000 项，请缩小范围。", "Too much to show: these are the first 1000. Choose fewer people or days.";
    cal_year_month(year: i32, month: &str) = "{year} 年 {month}", "{month} {year}";
    cal_range(from: &str, to: &str) = "{from} 至 {to}", "{from} – {to}";
    cal_hint = "点击空白处新建；拖动可改期，也可以打开后选择日期。", "Click a day to add. Drag an entry to another day, or open it and choose the day.";
    cal_before_eight = "全天及其他", "All day, other";
    cal_whose = "谁的日程", "Whose calendar";
    cal_everyone = "全部成员", "Everybody";
    cal_done = "已完成", "Done";

    rep_funnel = "销售漏斗", "Funnel";
    rep_forecast = "销售预测", "Forecast";
    rep_figures = "业绩分析", "Performance";
    rep_rfm = "RFM 分群", "RFM";
    rep_compare = "对比上期", "Compare with the period before";
    rep_custom = "自定义", "Custom";
    rep_from = "开始日期", "From";
    rep_to = "结束日期", "To";
    rep_region = "区域", "Region";
    rep_all_regions = "全部区域", "All regions";
    rep_all_people = "全部成员", "Everybody";
    rep_all_products = "全部产品", "All products";
    rep_metric = "指标", "Figure";
    rep_group = "分组方式", "Split";
    rep_by_month = "按月", "By month";
    rep_print = "打印", "Print";
    rep_png = "下载图片", "Save as picture";
    rep_csv = "下载表格", "Save as table";
    rep_now = "本期", "This period";
    rep_before = "上期", "Before";
    rep_change = "变化", "Change";
    rep_records = "记录数", "Records";
    rep_overall = "整体", "Overall";
    rep_no_days_by_product = "按产品筛选时不统计各阶段的停留天数。", "Days in stages are not kept by product.";
    rep_none_body = "换个时间范围，或者减少筛选条件。", "Try another period, or fewer filters.";
    rep_filters = "报表范围", "What the report covers";
    rep_reached_before = "上期到达", "Reached before";
    rep_benchmark = "转化率基准", "Benchmark";
    rep_conversion_before = "上期转化率", "Conversion before";
    rep_rfm_now = "分群按当前数据计算，不受时间范围影响。", "Segments are as of now; the period does not change them.";
    rep_forecast_now = "预测针对当前在途商机；时间范围按预计成交日期筛选，默认不限。", "The forecast is about deals open now; a period narrows it by expected closing day.";
    language = "界面语言", "Language";
    appearance = "外观", "Appearance";
    appearance_body = "只影响你自己看到的界面。", "Only what you see yourself.";
    theme = "主题", "Theme";
    theme_is_light = "浅色", "Light";
    theme_is_dark = "深色", "Dark";

    nav_my_day = "我的一天", "My day";
    my_day_brief(overdue: i64, today: i64) = "逾期 {overdue} 件，今天 {today} 件", "{overdue} overdue, {today} today";
    my_day_later(n: i64) = "未来 7 天还有 {n} 件", "{n} more in the next 7 days";
    my_day_by = "排列方式", "Layout";
    my_day_by_time = "按时间", "By time";
    my_day_by_customer = "按客户", "By customer";
    my_day_free = "今天没有待办", "Nothing to do today";
    my_day_free_body = "新建一个任务，或去看看该联系哪些客户。", "Add a task, or see whom to contact.";
    my_day_more = "任务太多，只显示最早到期的 300 件。", "There are many: the first 300 are shown.";
    my_day_overdue_n(n: usize) = "{n} 件", "{n}";
    day_planned = "日程", "Planned";
    day_repeats = "重复任务", "It repeats";
    day_snooze(title: &str) = "稍后处理「{title}」", "Put “{title}” off";
    day_resume_at(when: &str) = "{when}再提醒", "back {when}";
    day_snoozed(when: &str) = "好的，{when}再提醒你", "It comes back {when}";
    day_wake = "现在处理", "Back to now";
    day_woken = "已放回今天", "It is back";
    day_hour = "1 小时后", "In an hour";
    finish_title(title: &str) = "完成「{title}」", "Finish “{title}”";
    finish_result = "结果如何？", "What came of it?";
    finish_hint = "例如：客户同意下周看样机", "Such as: they want to see the sample next week";
    finish_help = "选填。记下来，团队和报表都能看到。", "Optional. Your team and the reports see it.";
    effect = "完成后的效果", "What came of it";
    effect_days(n: &str) = "之后 {n} 天", "{n} days after";
    effect_none = "数据不足", "Insufficient data";
    effect_none_body = "任务没有关联客户或商机，或完成时还没有得分记录，无法比较。", "It is about no customer or deal, or no score was known then, so nothing can be compared.";
    effect_improved = "有进展", "Better";
    effect_worsened = "变差", "Worse";
    effect_mixed = "有升有降", "Mixed";
    effect_unchanged = "没有变化", "Unchanged";
    effect_watching = "观察中，暂无变化", "Nothing yet, still looking";
    effect_how = "怎么算的", "How this is worked out";
    effect_first(day: &str) = "{day} 再次联系", "contacted on {day}";
    effect_no_contact = "还没有", "none";

    did_behave = "记录了客户行为", "noted what the customer did";
    nav_reach = "待归属沟通", "To sort";
    reach_body = "电话、邮件和微信消息会自动归到客户名下。无法确定的留在这里，由你来选择。", "Calls, mails and messages go to their customer by themselves. What is not certain waits here for you.";
    reach_none = "全部处理完了", "All sorted";
    reach_none_body = "新的沟通记录会自动归到客户、联系人和商机名下。", "New calls, mails and messages find their customer, contact and deal by themselves.";
    reach_in(who: &str) = "{who} 联系我们", "from {who}";
    reach_out(who: &str) = "联系 {who}", "to {who}";
    reach_unknown = "未知号码", "somebody unknown";
    reach_which_customer = "是哪个客户？", "Which customer?";
    reach_which_contact = "是哪位联系人？", "Which contact?";
    reach_which_deal = "属于哪个商机？", "Which deal?";
    reach_nobody = "没有匹配的客户", "Nobody is known by this";
    reach_search = "选择客户", "Choose a customer";
    reach_attach = "归到客户", "Attach";
    reach_attached(name: &str) = "已归到「{name}」", "Attached to “{name}”";
    reach_dismiss = "与客户无关", "About no customer";
    reach_dismissed = "已标记为与客户无关", "It is about no customer";
    reach_enough = "不关联商机", "Leave it without";
}

impl crate::i18n::Lang {
    /// A kind of behaviour of customers.
    pub(crate) const fn behaviour(self, key: &str) -> &'static str {
        match key.as_bytes() {
            b"page_view" => self.pick("浏览网页", "Page view"),
            b"download" => self.pick("下载资料", "Download"),
            b"webinar" => self.pick("参加线上活动", "Webinar"),
            b"form" => self.pick("提交表单", "Form"),
            b"email_open" => self.pick("打开邮件", "Mail opened"),
            b"email_click" => self.pick("点击邮件链接", "Mail clicked"),
            _ => self.pick("其他行为", "Other"),
        }
    }
}
