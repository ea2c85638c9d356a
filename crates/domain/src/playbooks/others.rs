//! The playbooks of stages, segments, profiles and signs.

use super::Doer::{Manager, Owner, Service, Technical};
use super::Every::Monthly;
use super::Priority::{High, Low, Normal};
use super::{Playbook, playbook, step};

/// All of this file.
pub(super) static ALL: [&Playbook; 16] = [
    &ACQUISITION,
    &GROWTH,
    &MATURITY,
    &RETENTION,
    &HIGH_VALUE,
    &POTENTIAL,
    &SLEEPING,
    &PRICE_SENSITIVE,
    &PROFESSIONAL,
    &DECISION_CHAIN,
    &TECHNOLOGY_DRIVEN,
    &BROWSED,
    &RECALL,
    &WIN_BACK,
    &CHURN,
    &HEALTH,
];

pub(super) static ACQUISITION: Playbook = playbook(
    "stage_acquisition",
    ["获客期行动", "Acquisition"],
    ["筛出高价值客户，促成首单。", "Single out the customers of value and win the first order."],
    &[
        step(
            Owner,
            Normal,
            3,
            ["确认需求和决策人", "Confirm the need and who decides"],
            ["问清预算、时间和由谁拍板。", "Budget, time, and who says yes."],
        ),
        step(
            Owner,
            Normal,
            7,
            ["安排免费设计咨询", "Arrange the free design consulting"],
            ["带首单 9 折权益一起说明。", "Mention the 10 % off the first order."],
        ),
    ],
);

pub(super) static GROWTH: Playbook = playbook(
    "stage_growth",
    ["成长期行动", "Growth"],
    ["快速建立信任。", "Build trust quickly."],
    &[
        step(
            Owner,
            Normal,
            5,
            ["告知新权益：滞销库存优先清货权", "Tell of the new right: first pick of slow-moving stock"],
            ["发权益说明并确认客户收到。", "Send the terms and see that they arrived."],
        ),
        step(
            Technical,
            Normal,
            14,
            ["安排产品试用或定制方案", "Arrange a trial or a tailored solution"],
            ["记录试用结果和需求匹配度。", "Note the result and how well it fits."],
        ),
    ],
);

pub(super) static MATURITY: Playbook = playbook(
    "stage_maturity",
    ["成熟期行动", "Maturity"],
    ["扩大钱包份额。", "Win a greater share of the wallet."],
    &[
        step(
            Manager,
            High,
            3,
            ["指派专属客户经理", "Appoint a dedicated account manager"],
            ["当面介绍给客户关键人。", "Introduce them to the key persons in person."],
        ),
        step(
            Owner,
            Normal,
            10,
            ["讲解全屋联动增值方案", "Present the whole-house joint offer"],
            ["列出交叉销售清单，先推最相关的一项。", "List what could be cross-sold; start with the closest."],
        ),
    ],
);

pub(super) static RETENTION: Playbook = playbook(
    "stage_retention",
    ["留存期行动", "Retention"],
    ["用专属服务留住客户，抵御竞品。", "Keep the customer with its own service, and competitors out."],
    &[
        step(
            Owner,
            High,
            3,
            ["上门了解变化原因", "Visit and learn what has changed"],
            ["问清下单减少或不满的原因。", "Why fewer orders, what displeases."],
        ),
        step(
            Service,
            Normal,
            7,
            ["开通专属服务通道", "Open the service line of its own"],
            ["把联系人和响应时限发给客户。", "Send the contact and the time to answer."],
        ),
        step(
            Manager,
            Normal,
            14,
            ["复核老客户专享权益", "Review the rights of long-standing customers"],
            ["必要时申请一次特别优惠。", "Ask for a special offer if need be."],
        ),
    ],
);

pub(super) static HIGH_VALUE: Playbook = playbook(
    "rfm_high_value",
    ["高价值客户深耕", "High value"],
    ["资深销售加定制服务，挖掘交叉销售。", "Senior sales and tailored service; cross-sell."],
    &[
        step(
            Manager,
            High,
            3,
            ["指定资深销售跟进", "Put a senior salesperson in charge"],
            [
                "转给资深销售或指定专属客户经理，并告知客户。",
                "Hand over or appoint a dedicated manager, and tell the customer.",
            ],
        ),
        step(
            Service,
            Normal,
            7,
            ["开通专属权益", "Open the exclusive rights"],
            ["把权益清单和专属联系人发给客户。", "Send the list of rights and the contact of their own."],
        ),
        step(
            Owner,
            Normal,
            14,
            ["定期需求拜访", "Visit about needs"],
            ["问下一季度计划，找交叉销售机会。", "Ask about the next quarter; look for cross-sales."],
        )
        .every(Monthly),
    ],
);

pub(super) static POTENTIAL: Playbook = playbook(
    "rfm_potential",
    ["潜力客户培育", "Potential"],
    ["用场景化内容推动第二次下单。", "Move to a second order with content from their field."],
    &[
        step(
            Owner,
            Normal,
            3,
            ["发送白皮书", "Send the white paper"],
            ["挑与其行业相符的一份。", "Choose one of their industry."],
        ),
        step(
            Owner,
            Normal,
            10,
            ["分享同行成功案例", "Share a success case of a peer"],
            ["讲清前后对比的数字。", "With the figures before and after."],
        ),
    ],
);

pub(super) static SLEEPING: Playbook = playbook(
    "rfm_sleeping",
    ["沉睡客户唤醒", "Sleeping"],
    ["限时优惠唤醒一次，仍无反应就停止投入。", "One wake-up offer; without an answer invest no more."],
    &[
        step(Owner, Low, 5, ["发送限时优惠", "Send the limited offer"], ["写明截止日期。", "Name the last day."]),
        step(
            Owner,
            Low,
            14,
            ["邀请参加老客户活动", "Invite to the customer event"],
            ["电话确认一次即可。", "One call to confirm is enough."],
        ),
        step(
            Owner,
            Low,
            45,
            ["判断是否停止投入", "Decide whether to stop investing"],
            ["没有回应就标记为停止投入。", "Without an answer mark it so."],
        ),
    ],
);

pub(super) static PRICE_SENSITIVE: Playbook = playbook(
    "profile_price_sensitive",
    ["价格敏感型沟通", "Price-sensitive"],
    ["用限时折扣和套餐说话，讲清优惠规则。", "Speak of limited discounts and bundles; make the terms clear."],
    &[
        step(
            Owner,
            Normal,
            3,
            ["发送限时折扣或套餐", "Send a limited discount or a bundle"],
            ["算出省了多少钱，写明截止日期。", "Work out the saving and name the last day."],
        ),
        step(
            Owner,
            Normal,
            10,
            ["讲解总拥有成本", "Explain the total cost of ownership"],
            ["单价高但寿命长、年成本低，用数字对比。", "Dearer to buy, cheaper per year: show the figures."],
        ),
    ],
);

pub(super) static PROFESSIONAL: Playbook = playbook(
    "profile_professional",
    ["专业型沟通", "Professional"],
    ["用白皮书和定制方案赢得认可。", "Win them with white papers and a tailored solution."],
    &[
        step(
            Owner,
            Normal,
            3,
            ["发送白皮书", "Send the white paper"],
            ["附测试数据和标准依据。", "With test data and standards."],
        ),
        step(
            Technical,
            Normal,
            14,
            ["出具定制方案", "Write a tailored solution"],
            [
                "需求拆解、竞品对比、投入产出测算三部分齐全。",
                "Need breakdown, competitor comparison, return to expect.",
            ],
        ),
    ],
);

pub(super) static DECISION_CHAIN: Playbook = playbook(
    "profile_decision_chain",
    ["复杂决策链攻关", "Complex decision chain"],
    ["销售、技术、售后组成专班，逐个拿下决策人。", "Sales, technology and service work as one team through the chain."],
    &[
        step(
            Manager,
            High,
            3,
            ["组建专属服务群", "Set up the group that serves them"],
            ["拉入销售、技术、售后各一人，说明分工。", "One each of sales, technology and service; who does what."],
        ),
        step(
            Owner,
            Normal,
            7,
            ["画出决策链", "Draw the decision chain"],
            ["每位决策人的角色、诉求、影响力。", "Role, demand and influence of each."],
        ),
        step(
            Technical,
            Normal,
            14,
            ["给技术把关人做一次答疑", "Answer the technical gatekeeper's questions"],
            ["会后发书面纪要。", "Minutes in writing afterwards."],
        ),
        step(
            Service,
            Normal,
            14,
            ["说明交付和售后保障", "Explain delivery and service"],
            ["给出时间表和联系人。", "With a timetable and a contact."],
        ),
    ],
);

pub(super) static TECHNOLOGY_DRIVEN: Playbook = playbook(
    "profile_technology_driven",
    ["技术驱动型沟通", "Technology-driven"],
    ["和技术团队一起展示产品壁垒。", "Show with the technical team what others cannot do."],
    &[
        step(
            Technical,
            Normal,
            7,
            ["安排技术交流会", "Arrange a technical meeting"],
            ["演示竞品做不到的两点。", "Show two things that competitors cannot do."],
        ),
        step(
            Owner,
            Normal,
            14,
            ["提供试用环境", "Offer a trial"],
            ["约定验证指标和时间。", "Agree on what to measure and until when."],
        ),
    ],
);

pub(super) static BROWSED: Playbook = playbook(
    "browsed_without_order",
    ["看了没买：促单", "Viewed, not ordered"],
    ["近期多次浏览未下单，趁热促成。", "Viewed often and did not order: act while interest lasts."],
    &[step(
        Owner,
        High,
        1,
        ["推送同品类热卖和限时优惠券", "Send the best seller of the category and a limited coupon"],
        ["问一句还在犹豫什么。", "Ask what still holds them back."],
    )],
);

pub(super) static RECALL: Playbook = playbook(
    "low_repurchase",
    ["复购偏低：召回", "Low repurchase"],
    ["半年内复购不足，服务回访后再谈优惠。", "Too few repeat orders in half a year: ask first, then offer."],
    &[
        step(
            Service,
            Normal,
            3,
            ["专属客服回访", "A call from service"],
            ["问使用情况和没有再买的原因。", "How it is used, and why nothing more was bought."],
        ),
        step(
            Owner,
            Normal,
            7,
            ["发放满减券", "Send a coupon"],
            ["按回访到的需求选品类。", "For the category that the call showed."],
        ),
    ],
);

pub(super) static WIN_BACK: Playbook = playbook(
    "win_back",
    ["高价值客户挽回", "Win back"],
    ["过去的高价值客户很可能已经流失，争取挽回。", "A customer of high value has probably left: win it back."],
    &[
        step(
            Owner,
            High,
            2,
            ["电话了解是否已换供应商", "Call: have they changed supplier?"],
            ["听清换的原因和对方条件。", "Learn why, and on what terms."],
        ),
        step(
            Manager,
            High,
            7,
            ["主管上门提出挽回方案", "The manager visits with a proposal"],
            ["针对原因给方案，不只给折扣。", "An answer to the reason, not only a discount."],
        ),
    ],
);

pub(super) static CHURN: Playbook = playbook(
    "churn_risk",
    ["高流失风险应对", "High churn risk"],
    ["三个月没有互动，又在看竞品，马上出手。", "Three months of silence while looking at competitors: act now."],
    &[
        step(
            Owner,
            High,
            1,
            ["推送专属权益", "Offer an exclusive benefit"],
            ["选对方真正用得上的权益，写明有效期。", "One they can use, with its last day."],
        ),
        step(
            Manager,
            High,
            5,
            ["高层拜访", "Executive visit"],
            ["由主管或高层出面，了解去意和条件。", "The manager or above: learn what they think of doing, and why."],
        ),
    ],
);

pub(super) static HEALTH: Playbook = playbook(
    "health_alert",
    ["健康度预警处理", "Health alert"],
    ["指标突然下降，先弄清原因再补救。", "Something fell quickly: find the cause, then mend it."],
    &[
        step(
            Service,
            High,
            1,
            ["联系客户弄清原因", "Ask the customer for the cause"],
            ["对照下降的指标逐项问。", "Go through what fell."],
        ),
        step(
            Owner,
            Normal,
            5,
            ["定出改进办法和时间", "Agree on a remedy and a date"],
            ["写进跟进记录，到期复查。", "Log it, and look again on that date."],
        ),
    ],
);
