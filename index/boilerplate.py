"""Which blocks of a saved page are not the interview: navigation, adverts, related reading, credits, contacts.

The patterns are the wording that news portals, blogs and WeChat exports share, matched on text folded
to Simplified; nothing here names a particular page. What a pattern leaves out is kept with its reason.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.blocks import Block
from index.script import ends_sentence, fold
from index.sentences import width

METADATA = re.compile(
    r"[*_ ]*(文章作者|作者|发布时间|发布地|发布日期|日期|时间|原文链接|原视频链接|视频链接|封面图链接|文章来源"
    r"|素材来源|来源|源视频"
    r"|编译|编辑|责编|责任编辑|翻译|翻译及字幕|撰文|文字|整理|校对|摄影|图片来源|图源"
    r"|published|updated|posted|source|author|by|original link|originally published|photo|photos|edited by|produced by"
    r")[*_ ]*(?:[:：|丨/／]|on |at ).{0,300}",
    re.DOTALL,
)
# Reason → pattern on the folded, unmarked text of a whole block. Short blocks only, so that a speaker may
# talk about subscribing or advertising without losing the sentence.
SHORT = 90  # Chinese characters; a Latin letter counts a third
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "navigation",
        re.compile(
            r"首页\s*[>›»|].*|home\s*[>›»|/].*|.*[>›»].*正文.*|.*(申请入驻|无障碍浏览|进入关怀版"
            r"|skip to (main )?content).*"
        ),
    ),
    (
        "navigation",
        re.compile(
            r"(登录|注册|搜索|菜单|返回顶部|首页|menu|search|sign in|log in|home|read more|continue reading)[\s/"
            r"|·]*.{0,12}"
        ),
    ),
    (
        "cookie notice",
        re.compile(r".*(we use cookies|accept (all )?cookies|cookie (policy|settings|preferences)|使用cookie).*"),
    ),
    ("share and counters", re.compile(r"[\d,.]+[万k]?( ?(comments?|shares?|views?|likes?|评论|阅读|点赞|次播放))?")),
    (
        "share and counters",
        re.compile(
            r"(分享至?|分享到|转发|评论|收藏|点赞|在看|阅读|跟贴|share( this)?( (on|via|article|story|episode))?"
            r"|tweet|email|print|copy link)[\s\S]{0,24}"
        ),
    ),
    (
        "share and counters",
        re.compile(
            r"全文约.{0,30}字.*|.*阅读(约|时间|需).{0,12}分钟.*|.{0,12}\b\d+ min(ute)?s? (read|listen).{0,60}"
            r"|预计阅读.*"
        ),
    ),
    (
        "follow us",
        re.compile(
            r".*(关注|订阅|扫码|长按|识别|点击).{0,20}(公众号|二维码|我们|星标|🌟|⭐|频道|账号|蓝字|不错过|不迷路).*"
            r"|.*(关注|追踪|订阅|follow|subscribe).*(🔔|🌟|⭐|👇|👆).*|.*(👇|👆|🔔).*(关注|追踪|订阅|follow"
            r"|subscribe).*"
        ),
    ),
    (
        "follow us",
        re.compile(
            r".*公众号.{0,12}(设|加|星标|关注|订阅|回复).*|.*(点赞|按赞|按讚|在看).{0,12}(收藏|转发|分享|转分享"
            r"|订阅).*|.*(收藏|转发)(支持|一下).*"
        ),
    ),
    (
        "follow us",
        re.compile(
            r".*\b(follow us|subscribe (to|now|today|for)|sign up (for|to)|join our (newsletter|mailing list)"
            r"|get (our|the) newsletter|like and subscribe).*"
        ),
    ),
    (
        "advert",
        re.compile(
            r"[\[(（【]?\s*(广告|推广|赞助内容|advertisement|sponsored( content)?|ad|promoted)\s*[\])）】]?([:：].*)?"
        ),
    ),
    (
        "advert",
        re.compile(r".*\b(advertisement|sponsored by|use (promo )?code|limited[- ]time offer|free trial|% off)\b.*"),
    ),
    (
        "advert",
        re.compile(
            r".*\[(sign|subscribe|join|get|buy|shop|order|donate|support|become|listen|download|立即|点击|马上|报名"
            r"|购买)[^\]]*\]\(\S+\).{0,6}"
        ),
    ),
    (
        "related reading",
        re.compile(
            r"[\[(（【]?(相关阅读|延伸阅读|推荐阅读|相关推荐|热点推荐|猜你喜欢|往期(回顾|精选|推荐|精彩|文章)?"
            r"|更多(阅读|文章|精彩)|阅读更多|上一篇|下一篇|related (stories|articles|reading|posts)|read next"
            r"|more from|you may also like|recommended( for you)?|see also)[\])）】]?(\s*[:：>].*)?"
        ),
    ),
    (
        "copyright",
        re.compile(
            r".*(未经(账号|许可|授权|允许)|禁止(随意)?转载|不得转载|请注明(原文)?出处|注明原?出处|侵权|侵犯了?您"
            r"|版权(归|所有|声明)|知识产权|all rights reserved|reprinted? (with|by) permission|©|copyright \d{4}).*"
        ),
    ),
    (
        "copyright",
        re.compile(r".*(本文转载自|本文系.{0,60}(原创|内容|转载)|为分享.{0,30}转载|特别声明|免责声明|本平台仅提供).*"),
    ),
    (
        "contact",
        re.compile(
            r".*(加微信|微信号?[:：]|商务合作|投稿|联系(我们|人|电话|方式|邮箱|负责人)|请联系|contact us|for (press"
            r"|media|business) (enquiries|inquiries)|press contact).*"
        ),
    ),
    ("credits", re.compile(r"(编译|编辑|责编|翻译|整理|撰文|文|图|作者)\s*[|丨/／]\s*.{1,30}")),
    ("credits", re.compile(r"(transcribed|transcript (created|generated)) (by|with) (https?://\S+|\S+\.(ai|com))\.?")),
)
# A block that opens the end of a page: nothing below it is the interview.
END = re.compile(
    r"[>\s\-—–_*·【\[(（\\]*(the )?(end|完|全文完|本文完|完结|fin)[\s\-—–_*·】\])）>.。]*"
    r"|history\s*/?\s*往期.*|.{0,4}(往期(回顾|精选|推荐|精彩)|相关推荐|热点推荐|相关阅读|延伸阅读|推荐阅读|猜你喜欢"
    r"|热门(文章|推荐|新闻)|最新文章|参考(资料|链接|文献)).{0,12}"
    r"|(related (stories|articles|reading|posts|episodes)|more (stories|from|episodes|interviews).{0,30}|read next"
    r"|recommended.{0,20}|you may also like|most (read|popular)|about the author|credits|comments|leave a (reply"
    r"|comment).*|transcript ends?.*|share this.{0,20})"
    r"|(本文转载自|本文系|特别声明|免责声明|版权声明|责任编辑|责编|编辑|来源|素材来源|原视频链接|文章来源"
    r"|原文链接)\s*[:：|丨“\"【\s].{0,200}",
    re.DOTALL,
)
SUMMARY = re.compile(
    r"[★☆■●◆▎|【\[]?\s*(划重点|本文要点|要点(速览|提要|摘要)?|(核心|内核)(观点|内容|要点)|金句(摘录|摘抄|集锦)?"
    r"|精彩(观点|语录|摘要)|内容(摘要|提要|概要|速览)|"
    r"(专访|访谈|采访|对话|节目)?(主要|重点)内容|重点摘要|摘要|亮点|key (takeaways|points|quotes)|highlights"
    r"|in (brief|this episode)|summary|takeaways)"
    r"\s*[】\]]?\s*[:：]?"
)
TRANSCRIPT = re.compile(
    r"[^>›»|]{0,10}(以下(为|是).{0,20}(全文|实录|访谈|对话|内容|采访|专访|整理).{0,12}|(访谈|采访|对话|专访"
    r"|演讲)?(全文|实录|正文)(如下)?|文(字)?稿整理|(演讲|访谈)?完整(图文|版|实录)|"
    r"(full )?(transcript|interview)|逐字稿)\s*[:：]?"
)
CAPTION = re.compile(r"\s*[▲△▼][^\n]*|\s*[(（]?(图源|图片来源|圖源|photo|image|caption)\s*[:：][^\n]*", re.IGNORECASE)
NOTE = re.compile(
    r"\s*(?:\*(?![*\s])(?![^*\n]*\*\s*$)|※)[\s\S]*|\s*[(（]\s*(注|註|编者注|編者註|编者按|editor'?s? note"
    r"|note)\s*[:：][\s\S]*|\s*(注|註|编者按|編者按|编者注|編者註|editor'?s note)\s*[:：][\s\S]*",
    re.IGNORECASE,
)
CREDIT_TAIL = re.compile(
    r"\s*[（(](?:编译|編譯|翻译|翻譯|整理|来源|來源|文|撰文|采写|採寫|采访|採訪|责编|責編|编辑|編輯|translated"
    r"|edited)\s*[/／:：|丨][^）)\n]{1,30}[）)]\s*$"
)
LONGEST_LINK = 2000
LINK_ONLY = re.compile(r"[\s*_>]*(?:\d+\.\s*)?(?:\[[\s\S]*\]\(\S+\)|https?://\S+)[\s*_]*")


@lru_cache(maxsize=4096)  # a block is looked at by many of the rules below
def plain(text: str) -> str:
    """A block's words alone, folded: no Markdown marks, no outer space."""
    return fold(re.sub(r"[*_`#]+", "", text)).strip(" \t\r\n>\u200b")


def junk_reason(block: Block) -> str:
    """Why this block is page furniture wherever it stands, or "" when it is not."""
    if block.image:
        return "image"
    if block.rule:
        return "rule"
    if len(block.text) < LONGEST_LINK and LINK_ONLY.fullmatch(block.text):
        return "link"
    text = plain(block.text)
    if width(text) <= SHORT:
        for reason, pattern in PATTERNS:
            if pattern.fullmatch(text):
                return reason
    return ""


def is_metadata(block: Block) -> bool:
    return len(block.text) < 400 and bool(METADATA.fullmatch(plain(block.text)))


def is_summary_heading(block: Block) -> bool:
    return bool(SUMMARY.fullmatch(plain(block.text)))


def is_transcript_heading(block: Block) -> bool:
    return bool(TRANSCRIPT.fullmatch(plain(block.text)))


def is_end(block: Block) -> bool:
    """Whether the page ends here: an end mark, a list of other articles, a reprint line."""
    return bool(END.fullmatch(plain(block.text)))


def is_caption(block: Block) -> bool:
    return bool(CAPTION.fullmatch(block.text))


def is_note(block: Block) -> bool:
    return bool(NOTE.fullmatch(block.text)) and not block.item


def is_fragment(block: Block) -> bool:
    """A line that closes no sentence and holds none: a headline, a caption, a menu entry."""
    text = plain(block.text)
    return not ends_sentence(block.text) and not any(mark in text for mark in "。！？!?…") and text[-1:] not in "，,、"
