"""Findings (发现): what a check of the log or of a proof found wrong, and how it is said in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check: where (`entry 17`, `batch 9`, a file), its stable code, the facts for its text.

    It tells a fault, unless its code is one of NOTICES.
    """

    path: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, str]:
        """What is wrong, in Chinese and in English."""
        chinese, english = TEXTS[self.code]
        facts = {**self.facts, "path": self.path}
        return chinese.format_map(facts), english.format_map(facts)

    def __str__(self) -> str:
        return f"{self.path}: {' / '.join(self.texts)}"


NOTICES = frozenset({"epoch.opened", "epoch.skipped", "key.changed"})

TEXTS: Mapping[str, tuple[str, str]] = {
    "entry.altered": ("内容已被改动", "the content was altered"),
    "entry.leaf": ("叶哈希与批次不符", "the stored leaf hash was altered"),
    "entry.unreadable": ("不是规范的条目", "not a canonical entry"),
    "entry.column": ("列 {column} 与条目内容不符", "the column {column} contradicts the entry"),
    "entries.missing": ("缺少第 {first} 至 {last} 条", "entries {first} to {last} are missing"),
    "entries.altered": (
        "第 {first} 至 {last} 条中有改动、换序或增删",
        "among the entries {first} to {last} some were altered, reordered, added or removed",
    ),
    "entries.beyond": (
        "第 {first} 至 {last} 条不在日志之内",
        "entries {first} to {last} stand outside the log",
    ),
    "batch.altered": ("批次记录已被改动", "the row of the batch was altered"),
    "batch.root": ("批次的根与其边界哈希不符", "the root of the batch does not follow from its frontier"),
    "batch.time": ("批次时间与其末条条目不符", "the time of the batch is not that of its last entry"),
    "batch.missing": ("缺少 {first} 至 {last} 的批次", "the batch from {first} to {last} is missing"),
    "tile.missing": ("缺少该瓦片", "the tile is missing"),
    "tile.extra": ("该瓦片不应存在", "the tile should not be there"),
    "tile.altered": ("瓦片第 {position} 个哈希已被改动", "hash {position} of the tile was altered"),
    "tile.root": ("瓦片的根已被改动", "the root of the tile was altered"),
    "evidence.unreadable": ("不是证据包：{reason}", "no evidence bundle: {reason}"),
    "evidence.container": (
        "压缩包本身被改动，或重新打包过（所含文件另行逐一核对）",
        "the zip itself was altered or packed anew (the files in it are checked one by one)",
    ),
    "evidence.manifest": ("清单缺失或格式不符", "the manifest is missing or not of its form"),
    "evidence.unsealed": (
        "清单与日志所记不符：清单已被改动",
        "the manifest is not the one that the log holds: it was altered",
    ),
    "evidence.missing": ("缺少该文件", "the file is missing"),
    "evidence.changed": ("文件已被改动", "the file was altered"),
    "evidence.extra": ("清单中没有该文件", "the manifest does not name this file"),
    "evidence.position": (
        "文件名与条目序号 {position} 不符",
        "named otherwise than its entry's position {position}",
    ),
    "evidence.foreign": ("条目不属于办件 {case}", "the entry is not of the case {case}"),
    "evidence.apart": ("与其他证明不在同一检查点之下", "not under the checkpoint of the other proofs"),
    "evidence.growth": (
        "不能证明 {last} 条的日志以 {first} 条的日志开头",
        "does not prove that the log of {last} entries begins with that of {first}",
    ),
    "bundle.altered": ("在 {number} 条之后还有内容", "holds more than {number} entries"),
    "checkpoint.rejected": ("检查点的签名或格式无效", "the checkpoint does not hold: {reason}"),
    "checkpoint.size": ("检查点所签规模为 {signed}", "the checkpoint was signed over {signed} entries"),
    "checkpoint.root": (
        "日志与该检查点所签内容不一致：前 {size} 条中有改动",
        "the log contradicts what was signed: among the first {size} entries something changed",
    ),
    "checkpoint.beyond": (
        "日志只有 {size} 条，少于检查点所签的 {signed} 条：末尾被截断",
        "the log has {size} entries, fewer than the {signed} that were signed: its end was cut off",
    ),
    "checkpoint.unprovable": (
        "因缺少条目，无法核对该检查点",
        "cannot be checked, since entries are missing",
    ),
    "checkpoint.missing": (
        "此前的检查点缺失，或“previous”列已被改动",
        "a checkpoint before it is missing, or its column previous was altered",
    ),
    "checkpoint.epoch": (
        "以 {origin} 之名签署，而该处属于纪元 {epoch}",
        "signed as {origin}, but what it covers belongs to epoch {epoch}",
    ),
    "checkpoint.lost": (
        "丢失：第 {first} 至 {last} 条曾经签名而已不在，纪元 {epoch} 已作声明",
        "lost: entries {first} to {last} were signed and are no longer there, declared by epoch {epoch}",
    ),
    "checkpoint.undeclared": (
        "丢失：第 {first} 至 {last} 条曾经签名而已不在，多于纪元 {epoch} 所声明者",
        "lost: entries {first} to {last} were signed and are no longer there, more than epoch {epoch} declares",
    ),
    "checkpoint.contradicted": (
        "丢失：第 {first} 至 {last} 条曾经签名而已不在，纪元 {epoch} 所称的根与该检查点不符",
        "lost: entries {first} to {last} were signed and are no longer there, epoch {epoch} names another root",
    ),
    "checkpoint.time": ("检查点时间早于其所签内容", "the time of the checkpoint is before what it signs"),
    "epoch.opened": (
        "请查看：自此为纪元 {epoch}，原名 {before}；所存仅 {size} 条，第 {first} 至 {last} 条曾经签名而声明丢失",
        "look at this: epoch {epoch} begins, after {before}: {size} entries were left, "
        "entries {first} to {last} had been signed and are declared lost",
    ),
    "epoch.skipped": (
        "请查看：纪元 {first} 至 {last} 的起始条目亦在丢失之列",
        "look at this: the entries that opened epochs {first} to {last} are lost as well",
    ),
    "epoch.unreadable": (
        "纪元条目缺少内容或格式不符",
        "the entry opens an epoch without saying what was lost",
    ),
    "epoch.origin": (
        "称纪元 {epoch} 续自 {before}，与此前的名称不符",
        "claims that epoch {epoch} follows {before}, which is not how the log was named",
    ),
    "epoch.range": (
        "所称丢失的第 {first} 至 {last} 条并非自此条起",
        "claims that entries {first} to {last} were lost, which does not begin here",
    ),
    "key.changed": (
        "请查看：自此更换密钥，{before} 换为 {after}，由原密钥签署",
        "look at this: the key {before} gives way to {after}, which it has signed itself",
    ),
    "key.rejected": ("密钥更换不成立", "the change of key does not hold: {reason}"),
    "key.retired": (
        "所签 {size} 条，而签署所用并非当时生效的密钥",
        "was signed over {size} entries with another key than the one in force",
    ),
    "cosignature.rejected": ("见证方共签不成立", "a cosignature does not hold: {reason}"),
    "cosignature.too_few": (
        "见证方共签 {number} 个，少于所要求的 {least} 个",
        "{number} of the witnesses have cosigned, {least} are asked for",
    ),
    "order.no_start": ("交换 {exchange} 未经受理登记即有记录", "exchange {exchange} was never admitted"),
    "order.second_start": ("交换 {exchange} 重复登记", "exchange {exchange} was admitted twice"),
    "order.second_end": ("交换 {exchange} 有两个终结", "exchange {exchange} ended twice"),
    "order.after_end": (
        "交换 {exchange} 终结之后又有 {kind}",
        "exchange {exchange} went on with {kind} after its end",
    ),
    "order.unknown_kind": ("没有 {kind} 这种条目", "there is no entry of the kind {kind}"),
    "order.no_exchange": ("条目未写明所属交换", "the entry names no exchange"),
    "disclosure.unreadable": ("不是披露文件", "no disclosure: {reason}"),
    "disclosure.rejected": (
        "第 {number} 个字段与条目的承诺不符",
        "field {number} does not lead to what the entry commits to",
    ),
    "table.missing": ("该表不存在", "the table is not there"),
    "row.missing": ("存证所载的行不存在", "entries tell of this row, and it is not there"),
    "row.unknown": ("没有存证提及该行", "no entry tells of this row"),
    "row.differs": ("列 {column} 与存证不符", "the column {column} is not what the entries say"),
    "row.derived": (
        "列 {column} 与由其他行推得者不符",
        "the column {column} does not follow from other rows",
    ),
    "proof.unreadable": ("不是存证证明", "not a proof: {reason}"),
    "proof.rejected": ("证明不成立：条目不在所签日志之中", "the entry is not in the log that was signed"),
    "proof.split": (
        "与所持检查点矛盾：同为 {size} 条而根不同",
        "contradicts the held checkpoint: other content under the same {size} entries",
    ),
    "certificate.unreadable": ("不是完整性证书", "no certificate: {reason}"),
    "certificate.differs": ("与日志不符：{line}", "is not what the log says: {line}"),
    "certificate.lacks": ("缺少此行：{line}", "the log says also: {line}"),
    "certificate.late": (
        "检查点之后又登记了所涉日期的交换",
        "an exchange of these days was admitted behind the checkpoint",
    ),
    "compare.entry": (
        "首处不同：一方为 {one}，另一方为 {other}",
        "first difference: {one} here, {other} there",
    ),
    "compare.between": (
        "首处不同在第 {first} 至 {last} 条之间",
        "the first difference is among the entries {first} to {last}",
    ),
    "compare.split": (
        "同为 {size} 条而签有两个不同的根：日志分叉",
        "two roots were signed over the same {size} entries: the log was forked",
    ),
    "compare.unknown": (
        "交换 {exchange} 所称对方编号 {number} 不见于对方日志",
        "exchange {exchange} names {number}, which the other log does not know",
    ),
    "compare.end": (
        "交换 {exchange} 在此为 {kind}，对方第 {entry} 条起（{number}）为 {other}",
        "exchange {exchange} is {kind} here, and {other} over there ({number}, from entry {entry})",
    ),
    "compare.fact": (
        "交换 {exchange} 的 {column} 与对方第 {entry} 条（{number}）不同",
        "{column} of exchange {exchange} is another over there ({number}, entry {entry})",
    ),
}
