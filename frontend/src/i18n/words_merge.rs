//! Words of merging records.

use super::messages;

messages! {
    merge = "合并", "Merge";
    merge_into_one(label: &str) = "合并{label}", "Merge: {label}";
    merge_with = "与其他记录合并", "Merge with others";
    merge_add = "添加要合并的记录", "Add a record to merge";
    merge_add_hint = "再选一条重复的记录，两条会合并成一条。", "Choose a duplicate; the two become one.";
    merge_survivor = "保留哪一条", "Which one remains";
    merge_survivor_hint = "其余记录会归档，并指向保留的这一条。", "The others are archived and point to the one that remains.";
    merge_remains = "保留", "Remains";
    merge_keep(name: &str) = "保留 {name}", "Keep {name}";
    merge_values = "不一致的字段", "Fields that differ";
    merge_values_hint = "点选要保留的内容；标签等多选内容默认合在一起。", "Choose what to keep; tags and other lists are united unless you choose one.";
    merge_same = "各条记录的内容一致，无需选择。", "The records say the same; there is nothing to choose.";
    merge_moves = "会一并转过去的内容", "What moves along";
    merge_moves_none = "被合并的记录下没有关联内容。", "Nothing belongs to the records that are merged.";
    merge_out_of_reach(n: u64, what: &str) = "其中 {n} 条{what}不归你管理，请让有权限的同事来合并。", "You may not change {n} of them ({what}); ask somebody who may to merge.";
    merge_do(n: usize) = "合并 {n} 条为一条", "Merge {n} into one";
    merge_done(name: &str) = "已合并到「{name}」", "Merged into “{name}”";
    merge_undone = "已撤销合并，记录和关联内容都已还原", "The merge is undone; records and what belongs to them are back";
    merge_undone_partly(fields: &str) = "已撤销合并；之后改过的字段保持不变：{fields}", "The merge is undone; fields changed since stay as they are: {fields}";
    merge_undo = "撤销上次合并", "Undo the last merge";
    merged_into = "这条记录已合并到", "This record was merged into";
    merged_here = "由以下记录合并而来", "Merged from";
    merged_undone_badge = "已撤销", "Undone";
    merge_leave = "还原其余部分", "Put back the rest";
    did_merge = "合并了重复记录", "merged duplicates into this";
    did_unmerge = "撤销了合并", "undid a merge";
    perm_comments_word = "讨论", "comments";
    perm_attachments_word = "附件", "files";
}
