"""The words of the library: (English, Simplified Chinese) by name."""

from __future__ import annotations

LIBRARY: dict[str, tuple[str, str]] = {
    "library.holds": (
        "Interviews: {interviews} · speakers: {speakers} · turns: {turns} · passages: {passages}",
        "{interviews} 篇访谈 · {speakers} 位说话人 · {turns} 轮对话 · {passages} 个段落",
    ),
    "library.empty": (
        "There are no interviews yet. Add the transcripts of some, and you can ask them questions.",
        "还没有访谈。添加访谈稿之后，就可以向它们提问了。",
    ),
    "library.empty.explain": (
        "A transcript can be text in which who speaks stands before what they say, as in “Name: …”, subtitles, a saved "
        "web page, a Word or PDF document, an e-book, or what a transcription tool writes (JSON). A title, a date and "
        "times are understood.",
        "访谈稿可以是文本（说话人写在所说的话之前，例如“姓名：……”）、字幕、保存的网页、Word 或 PDF 文档、电子书，"
        "或转写工具输出的 JSON。标题、日期和时间可以识别。",
    ),
    "library.add.files": (
        "Transcripts: text, subtitles, web pages, Word, PDF, e-books, JSON of transcription tools; "
        "up to {size} MB each, {number} at once",
        "访谈稿：文本、字幕、网页、Word、PDF、电子书、转写工具的 JSON；每个不超过 {size} MB，一次最多 {number} 个",
    ),
    "library.add.button": ("Add {number} to the archive", "添加 {number} 个文件"),
    "library.add.help": (
        "The files are kept in a folder beside the index. A file of the same name replaces the earlier upload.",
        "文件存放在索引旁边的文件夹中。同名文件会替换之前上传的版本。",
    ),
    "library.busy": (
        "The archive is being changed; this can begin when that is finished.",
        "资料库正在更新，完成后才能进行此操作。",
    ),
    "library.again": ("Re-index", "重新索引"),
    "library.again.help": (
        "Looks again at every folder and file the index was made from: new and changed files are indexed, "
        "interviews whose files were deleted leave.",
        "重新查看建立索引时的所有文件夹和文件：新增和改动的文件会被索引，文件已删除的访谈会移除。",
    ),
    "library.sources.missing": (
        "Not to be found now. Interviews from there stay in the archive as they are:",
        "现在找不到以下来源。来自那里的访谈保持不变：",
    ),
    "library.table.hint": (
        "Click a column to sort, select rows to open or remove.",
        "点列名排序，选中行可打开或移除。",
    ),
    "library.column.title": ("Title", "标题"),
    "library.column.date": ("Date", "日期"),
    "library.column.speakers": ("Speakers", "说话人"),
    "library.column.language": ("Language", "语言"),
    "library.column.same": ("Same interview as", "同一访谈"),
    "library.column.turns": ("Turns", "轮次"),
    "library.column.passages": ("Passages", "段落"),
    "library.column.notes": ("Notes", "备注"),
    "library.open": ("Open in Read", "打开阅读"),
    "library.open.help": ("Select one interview", "请选中一篇访谈"),
    "library.remove": ("Remove", "移除"),
    "library.remove.help": ("Select interviews in the table", "请在表格中选中访谈"),
    "library.remove.selected": ("Remove {number}", "移除 {number} 篇"),
    "library.remove.title": ("Remove from the archive?", "从资料库移除？"),
    "library.remove.uploads": (
        "These were uploaded here. Their files are deleted too:",
        "以下访谈是在此上传的，文件会一并删除：",
    ),
    "library.remove.others": (
        "The files of these stay where they are. Re-indexing takes them up again as long as they lie there:",
        "以下访谈的文件保留在原处。只要文件还在，重新索引就会再次收入：",
    ),
    "library.remove.last": (
        "No interview is left then, and the index itself is removed.",
        "移除后不再有访谈，索引也会一并删除。",
    ),
    "library.remove.confirm": ("Remove", "移除"),
    "library.remove.cancel": ("Cancel", "取消"),
    "library.job.add": ("Adding interviews", "正在添加访谈"),
    "library.job.again": ("Indexing again", "正在重新索引"),
    "library.job.remove": ("Removing interviews", "正在移除访谈"),
    "library.job.meanwhile": (
        "You can go on asking and reading meanwhile.",
        "在此期间可以继续提问和阅读。",
    ),
    "library.job.failed": ("This could not be done", "操作没有完成"),
    "library.phase.": ("Preparing", "准备中"),
    "library.phase.storing": ("Keeping the files", "保存文件"),
    "library.phase.indexing": ("Reading and embedding", "读取并计算向量"),
    "library.phase.writing": ("Writing the index", "写入索引"),
    "library.job.seconds": ("{} s", "{} 秒"),
    "library.phase.count": ("{done} of {total}", "{done} / {total}"),
    "library.phase.percent": ("{} %", "{}%"),
    "library.phase.begins": ("{}, the model is being loaded", "{}，正在加载模型"),
    "library.phase.bytes": ("{percent} % of {size}", "{size} 的 {percent}%"),
    "library.did.new": ("{} added", "新增 {} 篇"),
    "library.did.replaced": ("{} replaced", "替换 {} 篇"),
    "library.did.indexed": ("{} new or changed", "新增或改动 {} 篇"),
    "library.did.same": ("{} unchanged", "未变 {} 篇"),
    "library.did.removed": ("{} removed", "移除 {} 篇"),
    "library.did.refused": ("{} refused", "拒收 {} 个文件"),
    "library.did.noted": ("{} with notes", "{} 个有备注"),
    "library.file.same": ("the same interview as “{}”", "与“{}”为同一访谈"),
    "library.warned": (
        "{number} interviews: {text}: {named}, and {more} more",
        "{number} 篇访谈：{text}：{named}，另有 {more} 篇",
    ),
    "library.did.nothing": ("Nothing to do", "无需更新"),
    "library.did.seconds": ("{} s", "{} 秒"),
    "library.list.new": ("Added", "新增"),
    "library.list.replaced": ("Replaced the earlier upload of the same name", "替换了之前上传的同名文件"),
    "library.list.indexed": ("New or changed", "新增或改动"),
    "library.list.same": ("Already there, unchanged", "已存在，没有变化"),
    "library.list.removed": ("Removed", "已移除"),
    "library.list.refused": ("Refused", "拒收"),
    "library.list.unread": (
        "Not looked at, interviews from there stay as they are",
        "未能查看，来自那里的访谈保持不变",
    ),
    "library.list.warnings": ("Notes", "备注"),
    "library.details": ("Details", "详情"),
    "library.dismiss": ("Dismiss", "关闭"),
    "library.refused.kind": ("no transcript format: {kinds}", "不是访谈稿格式：{kinds}"),
    "library.refused.name": ("its name has no letters to call the interview by", "文件名中没有可用的字符"),
    "library.refused.size": ("larger than {size} MB", "超过 {size} MB"),
    "library.refused.twice": (
        "another file of this upload has the same name; rename one of them",
        "本次上传中有同名文件，请改名",
    ),
    "library.refused.many": ("more than {number} files at once", "一次超过 {number} 个文件"),
    "library.refused.occupied": (
        "in the folder of the uploads, something that is no file has this name",
        "上传文件夹中已有同名的非文件项",
    ),
    "library.timeline": ("When they were given", "访谈时间"),
    "library.timeline.hint": (
        "A dot is a day; a bar spans the month or the year, where no more is known.",
        "圆点表示具体日期；横条表示只知道月份或年份。",
    ),
    "library.timeline.years": ("Interviews by year", "每年的访谈数"),
    "library.timeline.number": ("Interviews", "访谈数"),
    "library.timeline.year": ("Year", "年份"),
    "library.undated": ("Without a date", "没有日期"),
    "library.shares": ("Who speaks how much", "谁说了多少"),
    "library.shares.by": ("Shown by", "显示方式"),
    "library.shares.interview": ("By interview", "按访谈"),
    "library.shares.person": ("By person", "按人物"),
    "library.shares.hint.interview": (
        "Shares of the characters without spaces, in each interview.",
        "每篇访谈中各人所说的字数占比（不计空格）。",
    ),
    "library.shares.hint.person": (
        "Characters without spaces of all who are named, in all interviews. "
        "They compare well within one language only.",
        "全部访谈中具名人物所说的字数（不计空格）。只有同一种语言之间才便于比较。",
    ),
    "library.shares.top.interview": (
        "The latest {number} of {total} interviews.",
        "最近的 {number} 篇，共 {total} 篇。",
    ),
    "library.shares.top.person": (
        "The {number} who say most, of {total}.",
        "说得最多的 {number} 位，共 {total} 位。",
    ),
    "library.chart.speaker": ("Speaker", "说话人"),
    "library.chart.role": ("Role", "身份"),
    "library.chart.characters": ("Characters", "字数"),
    "library.chart.share": ("Share", "占比"),
}
