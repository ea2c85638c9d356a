//! Words that are known to be spelt right, for text fields that usually hold one of few.

const INDUSTRIES: &[&str] = &[
    "technology", "software", "hardware", "internet", "telecommunications", "electronics", "semiconductors", "finance",
    "banking", "insurance", "investment", "retail", "wholesale", "e-commerce", "consumer goods", "food", "beverage",
    "manufacturing", "machinery", "automotive", "aerospace", "chemicals", "pharmaceuticals", "biotechnology", "medical",
    "healthcare", "education", "employment", "human resources", "marketing", "advertising", "media", "entertainment",
    "publishing", "gaming", "sports", "tourism", "hospitality", "restaurants", "real estate", "construction",
    "engineering", "architecture", "energy", "oil and gas", "utilities", "mining", "metals", "agriculture", "forestry",
    "logistics", "transportation", "shipping", "airlines", "services", "consulting", "legal", "accounting", "government",
    "defense", "nonprofit", "environment", "textiles", "fashion", "furniture", "packaging", "printing", "security",
    "科技", "软件", "硬件", "互联网", "通信", "电子", "半导体", "金融", "银行", "保险", "投资", "零售", "批发", "电商",
    "电子商务", "快消", "食品", "饮料", "制造业", "制造", "机械", "汽车", "航空航天", "化工", "制药", "医药", "生物",
    "医疗", "健康", "教育", "人力资源", "营销", "广告", "传媒", "文化", "娱乐", "出版", "游戏", "体育", "旅游", "酒店",
    "餐饮", "房地产", "建筑", "工程", "能源", "石油", "电力", "矿业", "冶金", "农业", "林业", "物流", "运输", "航运",
    "服务业", "服务", "咨询", "法律", "会计", "政府", "国防", "公益", "环保", "纺织", "服装", "家具", "包装", "印刷",
    "安防",
];

const PLACES: &[&str] = &[
    "Argentina", "Australia", "Austria", "Bangladesh", "Belgium", "Brazil", "Bulgaria", "Cambodia", "Canada", "Chile",
    "China", "Colombia", "Croatia", "Czech Republic", "Denmark", "Egypt", "Estonia", "Ethiopia", "Finland", "France",
    "Germany", "Ghana", "Greece", "Hong Kong", "Hungary", "Iceland", "India", "Indonesia", "Iran", "Iraq", "Ireland",
    "Israel", "Italy", "Japan", "Jordan", "Kazakhstan", "Kenya", "Korea", "Kuwait", "Latvia", "Lithuania", "Luxembourg",
    "Macau", "Malaysia", "Mexico", "Mongolia", "Morocco", "Myanmar", "Nepal", "Netherlands", "New Zealand", "Nigeria",
    "Norway", "Pakistan", "Panama", "Peru", "Philippines", "Poland", "Portugal", "Qatar", "Romania", "Russia",
    "Saudi Arabia", "Serbia", "Singapore", "Slovakia", "Slovenia", "South Africa", "South Korea", "Spain", "Sri Lanka",
    "Sweden", "Switzerland", "Taiwan", "Thailand", "Tunisia", "Turkey", "Ukraine", "United Arab Emirates",
    "United Kingdom", "United States", "Uruguay", "Venezuela", "Vietnam", "中国", "美国", "日本", "韩国", "德国", "法国",
    "英国", "俄罗斯", "印度", "新加坡", "华东", "华南", "华北", "华中", "东北", "西北", "西南", "West", "East", "Central",
    "North", "South",
];

/// Words that a field usually holds; none where it may hold anything.
pub(super) fn words(field: &str) -> &'static [&'static str] {
    match field {
        "industry" => INDUSTRIES,
        "region" | "country" => PLACES,
        _ => &[],
    }
}
