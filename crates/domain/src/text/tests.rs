use super::*;
use proptest::prelude::*;

/// Whether a record with these tokens is found, the way the databases decide it.
fn finds(index: &str, q: &str, contact_data: ContactData) -> bool {
    let words: Vec<&str> = index.split(' ').collect();
    let groups = query_tokens(q, contact_data);
    !groups.is_empty()
        && groups.iter().all(|group| {
            group.iter().any(|term| match term {
                QueryTerm::Exact(t) => words.contains(&t.as_str()),
                QueryTerm::Prefix(t) => words.iter().any(|w| w.starts_with(t.as_str())),
            })
        })
}

fn record(name: &str, phone: &str, email: &str) -> String {
    let mut out = String::new();
    let mut writer = TokenWriter::new(&mut out);
    writer.text(name);
    writer.phone(phone);
    writer.email(email);
    out
}

#[test]
fn a_customer_is_found_by_every_way_of_typing_its_name() {
    let index = record("上海张伟科技股份有限公司 ACME-Tech SO2024001", "", "");
    for q in [
        "张",
        "张伟",
        "上海张伟",
        "科技",
        "zhangwei",
        "zhangw",
        "zhang wei",
        "zwkj",
        "zw",
        "shzw",
        "sh",
        "ZhangWei",
        "ａｃｍｅ",
        "acme",
        "tech",
        "acme 张",
        "so2024",
        "2024001",
        "公司",
        "上海张伟科技有限公司",
        "限",
        "keji",
    ] {
        assert!(finds(&index, q, ContactData::Searchable), "{q}");
    }
    for q in ["李", "张三", "wz", "cme", "youxian", "acme 李", "！？", "", "  "] {
        assert!(!finds(&index, q, ContactData::Searchable), "{q}");
    }
}

#[test]
fn more_than_the_index_keeps_together_is_found_by_its_pieces() {
    let index = record("西安市长安区航天基地先进制造研究院", "", "");
    for q in [
        "xianshichanganqu",
        "xianshichanganquhangtianjidixianjinzhizaoyanjiuyuan",
        "xianshichanganquhangtianjidixianjinzhizaoyanjiuyu",
        "changanquhangtianj",
        "xascaqht",
        "xascaqhtjdxjzzyjy",
        "quhangtianjidix",
    ] {
        assert!(finds(&index, q, ContactData::Masked), "{q}: {index}");
    }
    for q in [
        "xianshichanganxian",
        "xianshichanganquhangtianjidixianjinzhizaogongsi",
        "xascaqhu",
        "xianshichanganqux",
        "xianshichanganquhangtianzzz",
    ] {
        assert!(!finds(&index, q, ContactData::Masked), "{q}: {index}");
    }
    // Of a long one the middle counts too.
    for (name, found) in [("张江创新中心", true), ("张江诚信中心", false), ("张江成兴中心", false)] {
        let index = record(name, "", "");
        assert_eq!(finds(&index, "zhangjiangchuangxinzhongxin", ContactData::Masked), found, "{name}");
    }
    let similar = record("上海黄浦区南京路金融发展", "", "");
    assert!(!finds(&similar, "shanghaihuangpuquwaitanjinrongfazhan", ContactData::Masked));
    // The index of records from before kept longer readings.
    let before =
        "xianshichanganquhangtianjidi shichanganquhangtianjidixian changanquhangtianjidixianjin xascaqht ascaqhtj";
    for q in ["xianshichanganqu", "xianshichanganquhang", "xascaqht", "changanquhangtianj"] {
        assert!(finds(before, q, ContactData::Masked), "{q}");
    }
}

#[test]
fn readings_follow_surnames_and_words() {
    for (name, q) in [
        ("单雄信", "shanxiongxin"),
        ("单雄信", "sxx"),
        ("单雄信", "dan"),
        ("曾国藩", "zengguofan"),
        ("解晓东", "xiexiaodong"),
        ("仇英", "qiuying"),
        ("查良镛", "zhaliangyong"),
        ("吕布", "lvbu"),
        ("吕布", "lyubu"),
        ("重庆长安汽车", "chongqingchangan"),
        ("招商银行", "zhaoshangyinhang"),
        ("厦门航空", "xiamen"),
        ("西安", "xi'an"),
    ] {
        let index = record(name, "", "");
        assert!(finds(&index, q, ContactData::Masked), "{name} by {q}: {index}");
    }
}

#[test]
fn a_number_that_reads_as_a_phone_is_found_as_it_is_written() {
    let order = record("采购 010-2024-0001", "", "");
    let deal = record("12-2024-00001", "13800138000", "");
    let joined = record("8613800138000", "", "");
    for contact_data in [ContactData::Searchable, ContactData::Masked] {
        for (index, q) in [
            (&order, "010-2024-0001"),
            (&order, "010 2024 0001"),
            (&order, "０１０－２０２４－０００１"),
            (&order, "010.2024.0001"),
            (&deal, "12-2024-00001"),
            (&deal, "12/2024/00001"),
            (&joined, "8613800138000"),
        ] {
            assert!(finds(index, q, contact_data), "{q}: {index}");
        }
        for (index, q) in [(&order, "010-2024-0002"), (&order, "011-2024-0001"), (&deal, "12-2025-00001")] {
            assert!(!finds(index, q, contact_data), "{q}: {index}");
        }
    }
    let halves = record("010-2024", "0571-8765-0001", "");
    assert!(!finds(&halves, "010-2024-0001", ContactData::Searchable), "the end of a phone is no word of a number");
    let phone = record("王芳", "010-2024-0001", "");
    assert!(finds(&phone, "010-2024-0001", ContactData::Searchable));
    assert!(!finds(&phone, "010-2024-0001", ContactData::Masked));
}

#[test]
fn phones_and_emails_are_found_unless_they_are_masked() {
    let index = record("赵六", "+86 138-0013-8000", "Fang.Wang@Mail.Example.com.cn");
    for q in [
        "13800138000",
        "138 0013 8000",
        "+86 13800138000",
        "8000",
        "0013",
        "fang.wang@mail.example.com.cn",
        "fang.wang@",
        "@mail.example.com",
        "example",
        "example.com",
        "fang.wang",
        "mail.exam",
        "mail.example.com.cn",
    ] {
        assert!(finds(&index, q, ContactData::Searchable), "{q}: {index}");
        assert!(!finds(&index, q, ContactData::Masked), "{q}");
    }
    for q in ["800", "999", "13800138001", "fang@mail.example.com"] {
        assert!(!finds(&index, q, ContactData::Searchable), "{q}");
    }
}

#[test]
fn of_two_phones_in_one_field_each_is_found() {
    let index = record("王芳", "0755-12345678/87654321", "");
    for q in ["0755-12345678", "12345678", "87654321", "4321", "0755-12345678/87654321"] {
        assert!(finds(&index, q, ContactData::Searchable), "{q}: {index}");
        assert!(!finds(&index, q, ContactData::Masked), "{q}");
    }
    assert!(finds(&record("王芳", "021/61234567", ""), "021-61234567", ContactData::Searchable));
}

#[test]
fn no_typed_marker_reaches_masked_data() {
    let index = record("王芳", "13800138000", "fang@example.com");
    for q in ["φ138", "Φ13800138000", "εfang", "Εexample", "ϕ1380", "ϵfang", "ph138", "emfang"] {
        assert!(!finds(&index, q, ContactData::Masked), "{q}");
    }
}

#[test]
fn the_words_of_other_scripts_stay_whole() {
    let index = record("Müller Électronique हिन्दी Привет O'Brien", "", "");
    for q in ["electronique", "Élect", "muller", "हिन्दी", "привет", "ПРИ", "obrien", "O’Brien"]
    {
        assert!(finds(&index, q, ContactData::Masked), "{q}: {index}");
    }
}

#[test]
fn tokens_of_a_short_name_are_exactly_these() {
    let mut got = tokens("张伟集团");
    got.sort();
    let mut want = ["张", "张伟", "伟", "伟集", "集", "集团", "团", "zhangwei", "zw", "wei", "w"].map(String::from);
    want.sort();
    assert_eq!(got, want);
}

#[test]
fn company_names_lose_region_legal_form_width_and_case() {
    for (name, want) in [
        ("华为技术（中国）有限公司", "华为技术"),
        ("华为技术(深圳市)股份有限公司", "华为技术"),
        ("海尔集团有限公司", "海尔"),
        ("ＡＣＭＥ　Ｃｏ．，Ｌｔｄ．", "acme"),
        ("Acme Corporation", "acme"),
        ("GTX Pro", "gtxpro"),
        ("GTXPro", "gtxpro"),
        ("北京智联（研发）中心", "北京智联研发中心"),
        ("上海一建分公司", "上海一建分公司"),
        ("有限公司", "有限公司"),
        ("（上海）", ""),
        ("Inc", "inc"),
        ("", ""),
    ] {
        assert_eq!(normalise_name(name), want, "{name}");
    }
}

#[test]
fn phones_have_one_form() {
    for (phone, want) in [
        ("138-0013-8000", Some("13800138000")),
        ("+86 138 0013 8000", Some("13800138000")),
        ("008613800138000", Some("13800138000")),
        ("8613800138000", Some("13800138000")),
        ("（０２１）６１２３４５６７", Some("02161234567")),
        ("+86 21 6123 4567 转 801", Some("02161234567x801")),
        ("+86 400-800-1234", Some("4008001234")),
        ("+1 (415) 555-0100", Some("+14155550100")),
        ("010-12345678 ext 12", Some("01012345678x12")),
        ("123", None),
        ("not a phone", None),
        ("张三", None),
        ("", None),
    ] {
        assert_eq!(normalise_phone(phone).as_deref(), want, "{phone}");
    }
}

#[test]
fn emails_have_one_form() {
    for (email, want) in [
        (" Fang.Wang@Example.COM ", Some("fang.wang@example.com")),
        ("ａ＠ｂ．ｃｎ", Some("a@b.cn")),
        ("a@b", None),
        ("@b.cn", None),
        ("a b@c.cn", None),
        ("a@b@c.cn", None),
        ("a@.cn", None),
        ("", None),
    ] {
        assert_eq!(normalise_email(email).as_deref(), want, "{email}");
    }
}

#[test]
fn alike_names_are_ranked_by_dice() {
    assert_eq!(dice("night", "nacht"), 0.25);
    assert_eq!(dice("", ""), 1.0);
    assert_eq!(dice("a", "b"), 0.0);
    assert_eq!(name_similarity("GTXPro", "GTX Pro"), 1.0);
    let products = ["GTX Basic", "GTX Pro", "MG Special", "GTX Plus Pro"];
    let found = best_matches("GTXPro", &products, 0.5, 2);
    assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn pinyin_is_readable() {
    assert_eq!(to_pinyin("吕布 2号"), "lv bu 2 hao");
    assert_eq!(to_pinyin("ABC重庆"), "abc chong qing");
}

proptest! {
    #[test]
    fn whatever_stands_in_a_text_is_not_ruled_out_by_the_tokens_of_the_text(before in "[a-c张伟上海有限公司（）·'’ ]{0,8}|\\PC{0,6}", inside in "[a-c张伟上海有限公司（）·'’ ]{1,6}|\\PC{1,6}", after in "[a-c张伟上海有限公司（）·'’ ]{0,8}|\\PC{0,6}") {
        let index = tokens(&format!("{before}{inside}{after}")).join(" ");
        for group in contained_tokens(&[&inside]) {
            prop_assert!(has_term(&index, &group), "{:?} of {:?} is not in {:?}", group, inside, index);
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(name in "[a-zA-Z0-9 ()（）.,'张伟上海有限公司集团股份责任分Éß]{0,20}|\\PC{0,20}") {
        let once = normalise_name(&name);
        prop_assert_eq!(normalise_name(&once), once);
    }

    #[test]
    fn a_phone_in_its_form_stays_so(phone in "[0-9+() -]{0,18}(转[0-9]{1,4})?") {
        if let Some(once) = normalise_phone(&phone) {
            prop_assert_eq!(normalise_phone(&once), Some(once));
        }
    }

    #[test]
    fn likeness_is_symmetric_and_bounded(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        let d = dice(&a, &b);
        prop_assert!((0.0..=1.0).contains(&d));
        prop_assert_eq!(d, dice(&b, &a));
        prop_assert_eq!(dice(&a, &a), 1.0);
    }

    #[test]
    fn tokens_are_unique_words_without_separators(text in "\\PC{0,40}|[a-c张王李 ]{0,30}") {
        let mut got = tokens(&text);
        prop_assert!(got.iter().all(|t| !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || super::chars::is_cjk(c))), "{:?}", got);
        let count = got.len();
        got.sort();
        got.dedup();
        if count < 190 {
            prop_assert_eq!(got.len(), count);
        }
    }

    #[test]
    fn every_piece_of_a_chinese_name_finds_it(name in "[张王李赵刘陈杨黄周吴上海北京科技贸易]{2,12}", a in 0usize..12, b in 1usize..12) {
        let chars: Vec<char> = name.chars().collect();
        let start = a % chars.len();
        let end = (start + b).min(chars.len());
        let piece: String = chars[start..end].iter().collect();
        let index = record(&name, "", "");
        prop_assert!(finds(&index, &piece, ContactData::Masked));
        // What is read differently with the characters around it is not to be typed from the piece alone.
        let whole = to_pinyin(&name);
        let syllables: Vec<&str> = whole.split(' ').collect();
        let typed = syllables[start..end].concat();
        for typed in [&typed[..], &typed[..typed.len() - 1]].into_iter().filter(|typed| !typed.is_empty()) {
            prop_assert!(finds(&index, typed, ContactData::Masked), "{} in {}", typed, index);
        }
        let initials: String = syllables[start..end].iter().filter_map(|s| s.chars().next()).collect();
        prop_assert!(finds(&index, &initials, ContactData::Masked), "{} in {}", initials, index);
    }

    #[test]
    fn a_masked_search_never_depends_on_phone_or_email(q in "[a-zφε0-9@. +-]{0,14}", phone in "1[0-9]{10}", email in "[a-z]{1,6}@[a-z]{2,5}\\.com") {
        let with = record("王芳", &phone, &email);
        let without = record("王芳", "", "");
        prop_assert_eq!(finds(&with, &q, ContactData::Masked), finds(&without, &q, ContactData::Masked));
    }
}
