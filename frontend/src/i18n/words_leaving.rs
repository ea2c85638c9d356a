//! Words of people who leave and what they hand over.

use super::messages;

messages! {
    holdings = "名下的工作", "What they hold";
    holdings_left = "名下还有", "Still holds";
    holdings_none = "名下没有需要交接的工作。", "Holds nothing that somebody else would have to take over.";
    holdings_orphaned(n: &str) = "账号已停用，名下 {n} 条记录没有人跟进，请尽快交接。", "The account is disabled. Records that nobody works on until they are handed over: {n}.";
    holdings_also = "还在这些地方", "Also involved in";
    held_opportunities = "进行中的商机", "Open opportunities";
    held_tasks = "待办任务", "Open tasks";
    held_activities = "已安排的日程", "Planned activities";
    held_trials = "未结束的试用", "Trials under way";
    held_solutions = "待定的方案", "Pending solutions";
    held_alerts = "待应对的竞品动态", "Open competitor alerts";
    held_managed = "担任专属经理的客户", "Customers as dedicated manager";
    held_teams = "加入的客户团队", "Account teams";
    held_lead = "担任负责人的团队", "Teams they lead";
    held_lead_body = "请到团队页面另选负责人", "Choose a new lead on each team's page";
    hand_over = "离职交接", "Hand over";
    hand_over_of(name: &str) = "离职交接 · {name}", "Hand over · {name}";
    hand_over_again = "继续交接", "Hand over the rest";
    hand_over_to = "交给谁", "Who takes over";
    hand_over_one = "一位同事", "One person";
    hand_over_several = "分给几位同事", "Several people";
    hand_over_pool = "放入公海", "Public pool";
    hand_over_receiver = "接手人", "Takes over";
    hand_over_add = "添加接手人", "Add a person";
    hand_over_share = "份数", "Share";
    hand_over_about(n: u64) = "约 {n} 家客户", "about {n} customers", "about {n} customer";
    hand_over_share_body = "客户按份数轮流分，客户名下进行中的工作跟着客户走。", "Customers go round by shares, and what is open about a customer goes with it.";
    hand_over_pool_body = "客户和联系人进入公海，原因记为「负责人离职」，同事可以领取。", "Customers and their contacts go to the pool, marked as left by their owner; colleagues can claim them there.";
    hand_over_rest = "商机、任务等交给", "Opportunities, tasks and the rest go to";
    hand_over_rest_body = "不选接手人时，只移交客户和联系人。", "Without anybody, only customers and contacts are handed over.";
    hand_over_what = "交接哪些", "What is handed over";
    hand_over_what_body = "已完成的商机、任务、跟进和订单留作历史，仍算在原负责人名下。", "What is done stays as history with whom it was: closed opportunities, finished tasks, activities and orders.";
    hand_over_deadline = "从未联系过的客户计首次联系时限", "A deadline for customers nobody was ever in contact with";
    hand_over_deadline_body = "超过时限没有联系的客户会退回公海；一次交接很多客户时可以关掉。", "Without a contact in time they go to the pool; turn it off where many are handed over at once.";
    hand_over_do(n: &str) = "交接 {n} 条", "Hand over {n}";
    hand_over_begun = "交接已开始，完成后会通知接手人", "Under way; whoever takes over is told when it has ended";
    hand_over_begun_pool = "交接已开始，客户正在放入公海", "Under way; the customers are going to the pool";
    hand_over_running = "正在交接", "Handing over";
    hand_over_of_n(done: &str, total: &str) = "{done} / {total} 条", "{done} of {total}";
    hand_over_done(when: &str, who: &str) = "{when} 由 {who} 完成交接", "Handed over {when} by {who}";
    hand_over_stop = "停止交接", "Stop";
    hand_over_cancelled(when: &str) = "{when} 停止了交接。已交接的不受影响，其余仍在原处。", "Stopped {when}. What went to others stays with them; the rest is where it was.";
    hand_over_failed(why: &str) = "交接中止：{why}。已交接的不受影响，其余仍在原处。", "The hand-over stopped: {why}. What went to others stays with them; the rest is where it was.";
    hand_over_left_out(n: &str) = "{n} 条未能交接，仍在原处", "{n} could not be handed over and stayed";
    hand_over_moves = "交接明细", "What went to whom";
    hand_over_to_pool = "公海", "Public pool";
    hand_over_hidden = "你看不到的记录", "A record you may not see";
    leavers(n: usize, total: &str) = "{n} 位已停用的成员名下还有 {total} 条记录没人跟进：", "{n} disabled people still hold {total} records that nobody works on:";
    leavers_one(total: &str) = "1 位已停用的成员名下还有 {total} 条记录没人跟进：", "A disabled person still holds {total} records that nobody works on:";
    leavers_more(n: usize) = "等 {n} 位", "and {n} more";
}
