//! Words of target customers, groups by need, stopped investment, basic service and the use of the product.

use super::messages;

messages! {
    nav_targets = "目标客户", "Target customers";
    nav_basic = "基础客户服务", "Basic service";
    nav_adoption = "使用情况", "Use of the product";
    targets_hint = "把客户按价值和潜力圈成群，每群一条策略；覆盖率是名单里在所选时间内联系过的占比。", "Customers in groups by value and potential, each with its strategy. Coverage is the share of a list contacted in the period.";
    target_new = "新建客户群", "New segment";
    target_edit = "编辑客户群", "Edit segment";
    target_saved = "客户群已保存", "Segment saved";
    target_removed = "客户群已删除", "Segment removed";
    target_remove = "删除客户群", "Remove segment";
    target_remove_body = "只删除这个群和它的策略，客户不受影响。", "Only the segment and its strategy go; customers stay.";
    target_name = "名称", "Name";
    target_purpose = "类型", "Purpose";
    target_strategy = "针对策略", "Strategy";
    target_strategy_none = "还没有写策略", "No strategy yet";
    target_goal = "覆盖率目标（%）", "Coverage goal (%)";
    target_is = "作为目标名单，统计覆盖率", "A target list: its coverage counts";
    target_condition = "圈选条件", "Condition";
    target_how = "怎么圈出来的", "How it is made";
    target_by_owner = "按负责人", "By owner";
    target_customers(n: &str) = "{n} 家客户", "{n} customers", "{n} customer";
    target_covered(a: &str, b: &str) = "联系过 {a} / {b}", "{a} of {b} contacted";
    target_goal_is(g: &str) = "目标 {g}%", "goal {g}%";
    target_waiting(n: &str) = "还没联系的 {n} 家", "{n} not contacted yet";
    target_all_covered = "都联系过了", "All were contacted";
    target_unreadable = "条件里有已删除或你看不到的字段", "The condition names a field that is gone or hidden from you";
    target_none = "还没有客户群", "No segments yet";
    needs = "需求群组", "Groups by need";
    needs_hint(share: &str, n: i64) = "标签、偏好和痛点常常一起出现，就归为一组：至少 {n} 家客户两项都有，并占到有其中任一项的 {share}%。每晚重新统计。", "Tags, preferences and pains that go together make a group: at least {n} customers have both, and they are {share}% of those that have either. Counted anew every night.";
    needs_none = "还看不出需求群组：先给客户打标签、记偏好和痛点", "No groups yet: tag customers, note what they like and what troubles them";
    needs_why = "为什么是一组", "Why it is one group";
    needs_alone = "很多客户单独有这一项，没有和别的需求一起出现。", "Many customers have it, but not together with another need.";
    needs_link(a: &str, b: &str, n: i64, share: &str) = "{a} + {b}：{n} 家客户两项都有，占 {share}%", "{a} + {b}: {n} customers have both, {share}%";
    needs_save = "存为客户群", "Save as segment";
    stop_title = "停止投入", "Stop investing";
    stop_body = "标记后不再出现在今日联系名单和节奏统计里，也不再自动启动打法。", "Marked customers are in no list of whom to contact, and no playbook starts for them by itself.";
    stop_mark = "停止投入", "Stop investing";
    stop_reason = "原因（选填）", "Reason (optional)";
    stop_undo = "恢复投入", "Invest again";
    stop_since(day: &str) = "自 {day} 起停止投入", "No investment since {day}";
    stop_done = "已标记停止投入", "Marked";
    stop_undone = "已恢复投入", "Unmarked";
    stop_count(n: &str) = "停止投入的 {n} 家客户不在名单里", "{n} customers without investment are not in the list", "{n} customer without investment is not in the list";
    stop_spent(n: i64, m: i64) = "标记后仍联系了 {n} 次，花了 {m} 分钟", "{n} contacts since they were marked, {m} minutes";
    urgent = "登记紧急需求", "Report an urgent need";
    urgent_what = "客户急需什么", "What is needed";
    urgent_note = "补充说明（选填）", "More about it (optional)";
    urgent_sent(who: &str) = "已交给{who}，4 小时内响应", "Given to {who}, to be answered within 4 hours";
    urgent_shared(who: &str) = "已进入共享队列，由{who}在 4 小时内响应", "In the shared queue: {who} answers within 4 hours";
    basic_hint = "年订货额低的客户用自动化服务：按天数发送使用指南邮件，紧急需求由一名销售统一响应。", "Customers of the basic tier are served automatically: guides by mail, and one salesperson for urgent needs.";
    basic_customers = "基础客户", "Basic customers";
    basic_shared = "紧急需求由谁响应", "Who answers urgent needs";
    basic_shared_hint = "所有基础客户的紧急需求都交给这一名销售；不选则由各客户负责人响应。", "Urgent needs of all basic customers go to this one person; without one, to each owner.";
    basic_shared_none = "各客户负责人", "Each owner";
    basic_saved = "已保存", "Saved";
    basic_mails = "自动邮件", "Automatic mails";
    basic_mails_hint = "先改成自己的内容，再发布规则；需要管理员配置好邮件服务器。", "Write your own words first, then publish the rule; a mail server must be configured.";
    basic_mails_none = "规则已删除", "The rules are gone";
    basic_sent(n: i64) = "近 30 天发送 {n} 次", "{n} in 30 days";
    basic_queue = "紧急需求队列", "Urgent needs";
    basic_queue_none = "没有等待的紧急需求", "No urgent need waits";
    basic_answered = "近 30 天已响应", "Answered in 30 days";
    basic_median = "响应时长中位数", "Median time to answer";
    basic_hours(h: &str) = "{h} 小时", "{h} h";
    basic_overdue = "已超时", "Overdue";
    basic_due(at: &str) = "{at} 前响应", "Due {at}";
    state_draft = "草稿", "Draft";
    state_active = "运行中", "Active";
    state_paused = "已暂停", "Paused";
    state_stopped = "已停止", "Stopped";
    adoption_hint(h: i64) = "及时记录：跟进发生后 {h} 小时内写下；事先计划的也算及时，导入的历史记录按导入时间算。登录数据从启用统计之日起。", "On time: written down within {h} hours; what was planned beforehand counts, imported history counts by the time of import. Log-ins are kept since they were first counted.";
    adoption_logins = "登录次数", "Log-ins";
    adoption_used = "使用天数占工作日", "Days used of working days";
    adoption_activities = "跟进记录", "Activities";
    adoption_on_time = "及时记录率", "Written down in time";
    adoption_team = "按团队", "By team";
    adoption_person = "按人员", "By person";
    habits_channel(kind: &str) = "{kind}最容易得到回应", "{kind} is answered best";
    habits_often(kind: &str) = "最常用{kind}联系", "Mostly reached by {kind}";
    habits_answered(p: &str) = "回应率 {p}", "answered {p}";
    habits_when(day: &str, from: i64, to: i64) = "{day} {from}:00–{to}:00 最合适", "best {day} {from}:00–{to}:00";
    habits_basis(n: i64) = "依据近 400 天 {n} 次联系", "From {n} contacts in 400 days", "From {n} contact in 400 days";
    rfm_mode = "打分方式", "How values are scored";
    rfm_rank = "按排名五等分", "Fifths by rank";
    rfm_fixed = "按固定分数线", "By fixed limits";
    rfm_cut(n: usize) = "{n} 分", "{n} points";
    rfm_recency = "距上次下单不超过（天）", "Days since the last order, at most";
    rfm_frequency = "下单次数不少于", "Orders, at least";
    rfm_monetary = "金额不少于", "Amount, at least";
    task_repeats = "重复", "Repeats";
    task_once = "一次", "Once";
}

impl super::Lang {
    /// A day of the week, 1 for Monday.
    pub(crate) fn weekday_long(self, day: i64) -> &'static str {
        let names = [
            ("周一", "Mondays"),
            ("周二", "Tuesdays"),
            ("周三", "Wednesdays"),
            ("周四", "Thursdays"),
            ("周五", "Fridays"),
            ("周六", "Saturdays"),
            ("周日", "Sundays"),
        ];
        let at = usize::try_from(day - 1).unwrap_or(0).min(6);
        self.pick(names[at].0, names[at].1)
    }
}
