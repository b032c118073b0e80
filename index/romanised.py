"""Chinese family names and how Latin letters write them: 唐 is Tang, 許 is Hsu or Xu, 蔡 is Tsai or Cai.

Good for telling that two writings which a text puts side by side may be of one family, not for finding one from the
other: romanisations differ in their vowels and share letters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.script import fold_characters

# Each reading with the family names that have it.
_READINGS = """
an安 bai柏白 bao包鲍 bi毕 bian边卞 bo薄 bu卜 cai蔡 cao曹 chai柴 che车 chen陈 cheng成程 cui崔 dai戴 deng邓 ding丁
dong董 du杜 fan樊范 fang房方 fei费 feng冯凤 fu付傅 gan甘 gao高 ge葛 geng耿 gong龚 gu谷顾 guan关管 gui桂 guo郭 han韩
hao郝 he何贺 hong洪 hou侯 hu胡 hua华 huang黄 huo霍 ji季纪 jia贾 jian简 jiang姜江蒋 jiao焦 jin金靳 jing净景 ke柯
kong孔 lai赖 lan兰蓝 lei雷 li李黎 liang梁 liao廖 lin林 ling凌 liu刘柳 long龙 lou楼娄 lu卢芦路陆鲁吕 luo罗骆 ma马
mao毛 mei梅 meng孟 miao苗 min闵 mo莫 mou牟 ni倪 nie聂 ning宁 niu牛 ou欧 pan潘 pang庞 pei裴 peng彭 pu普朴 qi祁齐
qian钱 qiang强 qin秦覃 qiu邱丘 qu屈曲瞿 ran冉 rao饶 ren任 ruan阮 shan单 shao邵 shen沈申 sheng盛 shi史施时石 shu舒
si司 song宋 su苏 sui隋 sun孙 tan谭 tang唐汤 tao陶 tian田 tong童佟 tu涂 wan万 wang汪王 wei位卫韦魏 wen温闻 weng翁
wu伍吴武巫 xi席 xia夏 xiang向项 xiao肖萧 xie解谢 xin辛 xing邢 xiong熊 xu徐许 xue薛 yan严闫颜 yang杨阳 yao姚 ye叶
yin尹殷阴 you尤游 yu于余俞虞 yuan袁 yue岳 zeng曾 zha查 zhai翟 zhan詹 zhang张章 zhao赵 zhen甄 zheng郑 zhi植 zhong钟
zhou周 zhu朱祝 zhuang庄 zhuo卓 zou邹 zuo左
"""
READING = {
    character: group.rstrip("".join(characters))
    for group in _READINGS.split()
    for characters in [re.sub("[a-z]", "", group)]
    for character in characters
}
_SOUNDS = (
    (re.compile(r"^(?:hs|zh|ch|sh|ts|tz|sz|[zcsjqxr])"), "S"),
    (re.compile(r"^(?:y|w|[aeiou])"), "A"),
    (re.compile("^[dt]"), "T"),
    (re.compile("^[gk]"), "K"),
    (re.compile("^[bp]"), "P"),
)


def may_be_family(han: str, latin: str) -> bool:
    """Whether a Chinese name begins with a family name that a word of the Latin name may write."""
    reading = READING.get(fold_characters(han[:1]), "")
    return bool(reading) and any(sound(word) == sound(reading) for word in latin.split())


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """How a syllable begins and whether it ends in n or ng: what romanisations agree on."""
    plain = re.sub("[^a-z]", "", word.casefold())
    first = next((sign for spelling, sign in _SOUNDS if spelling.match(plain)), plain[:1].upper())
    return first + ("N" if plain.endswith(("n", "ng")) else "")
