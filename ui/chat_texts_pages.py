"""The words of the other pages: (English, Simplified Chinese) by name."""

from __future__ import annotations

PAGES: dict[str, tuple[str, str]] = {
    "app.about": (
        "Verbatim answers questions about interviews in the words of the people who gave them.",
        "Verbatim 用受访者的原话回答关于访谈的问题。",
    ),
    "app.no_index": ("No interviews yet", "还没有访谈"),
    "app.no_index.explain": (
        "Add transcripts on the page “Library”, or on the command line:",
        "请在“访谈库”页面添加访谈稿，或使用命令行：",
    ),
    "app.go_library": ("Open the library", "打开访谈库"),
    "app.broken": ("The index cannot be used", "索引无法使用"),
    "password": ("Password", "密码"),
    "password.enter": ("Enter", "进入"),
    "password.wrong": ("That is not the password.", "密码不对。"),
    "password.explain": ("This archive is protected by a password.", "这个访谈库受密码保护。"),
    "read": ("Read", "阅读"),
    "compare": ("Compare", "比较"),
    "library": ("Library", "访谈库"),
    "quality": ("Quality", "评测"),
    "settings": ("Settings", "设置"),
    "read.interview": ("Interview", "访谈"),
    "read.choose": ("Choose an interview", "请选择一篇访谈"),
    "app.indexing": (
        "Interviews are being added; this page goes on by itself.",
        "正在添加访谈，完成后本页会自动继续。",
    ),
    "read.unknown": ("There is no interview of this name in the archive:", "库中没有这篇访谈："),
    "read.counts": ("Turns: {turns} · passages: {passages}", "{turns} 段发言，{passages} 个段落"),
    "read.search": ("Find in this interview", "在本篇中查找"),
    "read.found": ("{at} of {number}", "第 {at} 处，共 {number} 处"),
    "read.before": ("Previous", "上一个"),
    "read.after": ("Next", "下一个"),
    "read.sections": ("Sections", "章节"),
    "read.copied": ("The link to this turn is copied", "已复制此处的链接"),
    "read.excluded": ("Show what was left out", "显示略去的内容"),
    "read.link": ("Copy a link to this turn", "复制此处的链接"),
}
