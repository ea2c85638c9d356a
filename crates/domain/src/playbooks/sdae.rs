//! The playbooks of the four dimensions in the three bands.

use super::Doer::{Manager, Owner, Service, Technical};
use super::Priority::{High, Low, Normal};
use super::{Playbook, playbook, step};

/// In the order of the dimensions, each from strong to weak.
pub(super) static ALL: [Playbook; 12] = [
    playbook(
        "security_strong",
        ["老客户转介绍计划", "Referral plan"],
        ["关系稳固，请客户做推荐人和案例。", "The relationship is firm: ask for a recommendation and a case."],
        &[
            step(
                Owner,
                Normal,
                14,
                ["请客户推荐一家同行", "Ask for the name of a peer"],
                ["说明推荐后双方的好处，约一次三方见面。", "Say what both gain, and arrange to meet together."],
            ),
            step(
                Owner,
                Low,
                30,
                ["邀请客户做成功案例", "Ask for a success case"],
                [
                    "采访一位使用者和一位决策人，成稿请客户确认。",
                    "Interview a user and a decision maker; have the text approved.",
                ],
            ),
        ],
    ),
    playbook(
        "security_sound",
        ["关系加固计划", "Plan to firm up the relationship"],
        ["关系尚稳，补上没有打通的关键人。", "The relationship holds: reach the key persons still missing."],
        &[
            step(
                Owner,
                Normal,
                14,
                ["补全关键人名单", "Complete the list of key persons"],
                [
                    "写清每人的部门、角色和态度，缺谁补谁。",
                    "Department, role and attitude of each; find those missing.",
                ],
            ),
            step(
                Owner,
                Normal,
                21,
                ["拜访一位还不熟的关键人", "Visit a key person you hardly know"],
                ["带一份与其职责相关的资料。", "Bring something that helps with that person's work."],
            ),
        ],
    ),
    playbook(
        "security_weak",
        ["关系维护计划", "Relationship maintenance plan"],
        [
            "客户可能被价格或竞品带走，马上加强联系。",
            "A price or a competitor may take the customer: strengthen the tie now.",
        ],
        &[
            step(
                Owner,
                High,
                3,
                ["当面拜访，问清顾虑", "Visit and ask what worries them"],
                [
                    "只听不卖：最近哪里不满意，谁在找他们。",
                    "Listen, do not sell: what displeases, who else is calling.",
                ],
            ),
            step(
                Owner,
                High,
                7,
                ["列出竞品动作和应对", "List what competitors do, and the answer"],
                [
                    "写明竞品、报价、接触的人，以及我们的应对。",
                    "Who, at what price, in touch with whom, and what we do.",
                ],
            ),
            step(
                Manager,
                Normal,
                14,
                ["主管回访客户决策人", "The manager calls on the decision maker"],
                ["表明重视，现场定下一次服务改进。", "Show that they matter; agree on one improvement there and then."],
            ),
        ],
    ),
    playbook(
        "development_strong",
        ["新品推荐计划", "New-product recommendation plan"],
        [
            "客户有空间也有意愿，推荐尚未采购的产品线。",
            "There is room and will: recommend the product lines not yet bought.",
        ],
        &[
            step(
                Owner,
                High,
                5,
                ["选出最合适的两条产品线", "Choose the two product lines that fit best"],
                ["看同类客户买了什么、这家还没买什么。", "See what like customers buy and this one does not."],
            ),
            step(
                Owner,
                Normal,
                10,
                ["上门讲解新品并约试用", "Present them and arrange a trial"],
                ["带同行案例和投入产出测算。", "Bring a case of a peer and the return to expect."],
            ),
            step(
                Owner,
                Normal,
                20,
                ["建立商机并报价", "Open an opportunity and quote"],
                ["写明金额、预计成交日和下一步。", "Amount, expected close and next step."],
            ),
        ],
    ),
    playbook(
        "development_sound",
        ["份额提升计划", "Plan for a greater share"],
        ["有增长空间，先弄清客户还向谁采购。", "There is room to grow: find out from whom else they buy."],
        &[
            step(
                Owner,
                Normal,
                14,
                ["摸清全年采购盘子和我们的份额", "Learn their yearly purchases and our share"],
                ["分品类问：向谁买、买多少、为什么。", "By category: from whom, how much, why."],
            ),
            step(
                Owner,
                Normal,
                21,
                ["提出一个份额提升方案", "Propose how to raise our share"],
                ["选一个品类，给出打包价或联合备货方案。", "Choose one category; offer a bundle or joint stock."],
            ),
        ],
    ),
    playbook(
        "development_weak",
        ["潜力复核", "Review of potential"],
        [
            "增长有限，复核潜力后决定投入多少时间。",
            "Little growth: review the potential, then decide how much time to give.",
        ],
        &[
            step(
                Owner,
                Low,
                14,
                ["复核客户潜力和等级", "Review potential and grade"],
                [
                    "更新潜力、匹配度、战略价值，必要时调整等级。",
                    "Update potential, fit and strategic value; change the grade if need be.",
                ],
            ),
            step(
                Owner,
                Low,
                30,
                ["改为低成本维护", "Serve at low cost"],
                ["以电话和线上为主，保留每季度一次问候。", "By phone and online; a greeting every quarter."],
            ),
        ],
    ),
    playbook(
        "acceptance_strong",
        ["顾问式共创", "Working as an adviser"],
        [
            "客户信任我们，参与他们的规划，提前锁定需求。",
            "They trust us: take part in their planning and be there before the need.",
        ],
        &[
            step(
                Owner,
                Normal,
                14,
                ["约一次年度规划沟通", "Meet about the plans for the year"],
                [
                    "了解来年预算和重点项目，记录为商机线索。",
                    "Learn budget and projects of next year; note the chances.",
                ],
            ),
            step(
                Technical,
                Normal,
                30,
                ["联合技术做一次方案共创", "Design a solution together with technical support"],
                ["选一个客户最头疼的问题，一起出方案。", "Take the problem that hurts most and solve it together."],
            ),
        ],
    ),
    playbook(
        "acceptance_sound",
        ["专业形象提升", "Showing competence"],
        ["客户认可但不主动，用有用的内容换来主动联系。", "They accept us but do not call: be so useful that they do."],
        &[
            step(
                Owner,
                Normal,
                7,
                ["发一份对口的行业资料", "Send something about their industry"],
                [
                    "从内容库按阶段、痛点、角色挑选，附一句为什么适合。",
                    "Chosen by stage, pain and role, with a line why it fits.",
                ],
            ),
            step(
                Owner,
                Normal,
                21,
                ["请技术做一次答疑", "Have technical support answer their questions"],
                ["先收集三个问题，会后书面回复。", "Collect three questions first; answer in writing after."],
            ),
        ],
    ),
    playbook(
        "acceptance_weak",
        ["破冰与换人沟通", "Breaking the ice"],
        ["电话不接、消息不回，先改变沟通的人和方式。", "No answer to calls and messages: change who speaks and how."],
        &[
            step(
                Owner,
                High,
                5,
                ["换一个渠道或时间再联系", "Try another channel or time"],
                ["电话改微信或上门；问清对方方便的方式。", "Chat or visit instead of calls; ask what suits them."],
            ),
            step(
                Owner,
                Normal,
                10,
                ["找一位中间人引荐", "Find somebody to introduce you"],
                ["老客户、渠道伙伴或对方同事都可以。", "A customer, a partner, or a colleague of theirs."],
            ),
            step(
                Manager,
                Normal,
                14,
                ["主管判断是否换人跟进", "The manager decides whether another should follow up"],
                ["听一次录音或陪访一次再决定。", "Listen to a recording or come along before deciding."],
            ),
        ],
    ),
    playbook(
        "experience_strong",
        ["口碑放大计划", "Making good experience known"],
        ["体验好，把满意变成口碑。", "They are pleased: let others hear of it."],
        &[
            step(
                Owner,
                Low,
                14,
                ["请客户写一段评价", "Ask for a testimonial"],
                ["两三句话即可，征得同意后使用。", "Two or three sentences; use it only with consent."],
            ),
            step(
                Owner,
                Low,
                30,
                ["邀请参加老客户活动", "Invite to a customer event"],
                ["请其分享一次使用经验。", "Ask them to tell of their use."],
            ),
        ],
    ),
    playbook(
        "experience_sound",
        ["体验改进计划", "Plan to improve experience"],
        [
            "整体过得去，找出最影响感受的一件事改掉。",
            "All in all fine: find the one thing that matters most and mend it.",
        ],
        &[
            step(
                Service,
                Normal,
                10,
                ["回访最近一次服务", "Ask about the last service"],
                ["问一个问题：哪一步最让您费劲。", "One question: which step cost you most effort?"],
            ),
            step(
                Owner,
                Normal,
                21,
                ["把改进结果告诉客户", "Tell the customer what was improved"],
                ["说清改了什么、从什么时候起。", "What has changed, and since when."],
            ),
        ],
    ),
    playbook(
        "experience_weak",
        ["体验挽救计划", "Experience rescue plan"],
        [
            "体验差会拖垮其他三项，先解决问题再谈生意。",
            "Bad experience drags the rest down: solve the problem before any sale.",
        ],
        &[
            step(
                Service,
                High,
                1,
                ["梳理未解决的工单和投诉", "Gather open tickets and complaints"],
                ["逐条定负责人和完成时间。", "A person and a date for each."],
            ),
            step(
                Owner,
                High,
                3,
                ["向客户说明处理进度", "Tell the customer how far it is"],
                ["先致歉，再讲进度，不推销。", "Apologise, report, do not sell."],
            ),
            step(
                Manager,
                High,
                14,
                ["主管确认问题已解决", "The manager confirms that it is solved"],
                ["请客户打分，低于 4 分继续跟进。", "Ask for a score; below 4 of 5 go on."],
            ),
        ],
    ),
];
