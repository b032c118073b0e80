"""The words of the settings: (English, Simplified Chinese) by name."""

from __future__ import annotations

SETTINGS: dict[str, tuple[str, str]] = {
    "settings.lead": (
        "They hold for this visit, on all pages. Light and dark are in the menu at the top right.",
        "设置仅在本次访问中有效，适用于所有页面。浅色与深色主题在右上角的菜单中切换。",
    ),
    "settings.page": ("This page", "页面"),
    "settings.language": ("Language", "语言"),
    "settings.language.browser": ("As the browser says", "跟随浏览器"),
    "settings.writing": ("Who writes the answers", "由谁撰写答案"),
    "settings.mode.quotes": (
        "Answers are quotations: the speakers’ own words, and no language model is asked.",
        "答案只用引文：说话人的原话，不使用语言模型。",
    ),
    "settings.mode.model": (
        "A language model writes the answers, and every sentence is checked against what it cites:",
        "由语言模型撰写答案，每一句都与所引原文核对：",
    ),
    "settings.model.none": (
        "This server has no language model. Whoever runs it can name one:",
        "此服务器没有配置语言模型。运行者可以这样指定：",
    ),
    "settings.model.on": ("Let a language model write", "让语言模型撰写"),
    "settings.model": ("Language model", "语言模型"),
    "settings.model.help": (
        "provider:model, as in openai:gpt-5-mini, anthropic:… or ollama:…",
        "写作 provider:model，例如 openai:gpt-5-mini、anthropic:… 或 ollama:…",
    ),
    "settings.model.form": (
        "This names no model: write provider:model. Until then, answers are quotations.",
        "这不是模型名：请写作 provider:model。在此之前，答案只用引文。",
    ),
    "settings.model.missing": (
        "Name a model. Until then, answers are quotations.",
        "请填写模型名。在此之前，答案只用引文。",
    ),
    "settings.model.check": ("Check the model", "检查模型"),
    "settings.model.check.help": ("Asks it for one short reply", "请它作一次简短的回答"),
    "settings.model.checking": ("Waiting for a short reply…", "正在等待简短回答…"),
    "settings.model.works": (
        "It works: first words after {first} s, the whole reply after {whole} s",
        "可以使用：{first} 秒后开始回答，{whole} 秒后答完",
    ),
    "settings.model.fails": ("It does not work", "无法使用"),
    "settings.keys": (
        "Keys are taken from the environment of the server. They are neither shown nor stored.",
        "密钥取自服务器的环境变量，既不显示，也不保存。",
    ),
    "settings.strict": ("Strict", "严格"),
    "settings.strict.explain": (
        "Leave out what a language model writes and no quotation supports, instead of marking it",
        "语言模型写的句子若没有引文支撑，就略去，而不只是标出",
    ),
    "settings.passages": ("Passages read for an answer", "每次回答查阅的段落数"),
    "settings.passages.default": ("5, with a language model 8", "5；使用语言模型时 8"),
    "settings.passages.help": ("Empty: as many as is usual", "留空则采用默认值"),
    "settings.filters": ("What is asked", "提问范围"),
    "settings.filters.lead": (
        "The same filters as beside the question.",
        "与提问框旁的筛选相同。",
    ),
    "settings.about": ("This archive", "资料库"),
    "settings.about.index": ("Index", "索引"),
    "settings.about.interviews": ("Interviews", "访谈"),
    "settings.about.passages": ("Passages", "段落"),
    "settings.about.embedding": ("Embedding", "向量模型"),
    "settings.about.version": ("Verbatim", "Verbatim"),
}
