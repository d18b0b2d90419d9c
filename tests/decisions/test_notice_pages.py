"""How every notice looks, row by row: in front of each stands how it is printed, as for tickets."""

import pytest

from kitchen_printer.decisions.notice import Notice, lay_out_notice
from kitchen_printer.decisions.page import Paper
from tests.decisions.test_notice import NOTICES, NOW, a_notice_job
from tests.decisions.tickets import WIDE, ZONE, drawn

CAN_DRAW = Paper(columns=48, codec="cp858", can_draw=lambda _: True)

PAGES = {
    "alarm": """
B!#| ALARM |
T! |KITCHEN printer: paper out since 19:42|
   |4 tickets waiting, oldest 3 min|
 ! |-> Put in a new roll and close the cover.|
   |------------------------------------------------|
T  |KITCHEN 041  table 12  19:42 (3 min)|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "all_clear": """
B!#| ALL CLEAR |
T  |KITCHEN printer: prints again|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "recovery_list": """
B!#| LATE TICKETS FOLLOW |
 ! |2 tickets waited, oldest first:|
   |------------------------------------------------|
T  |BAR 007  11:00 (8 h 45)|
T  |KITCHEN 041  table 12  19:42 (3 min)|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "home_coming": """
B!#| PRINTED ELSEWHERE |
 ! |While this printer was away, 1 ticket went to|
 ! |  another:|
   |------------------------------------------------|
T  |KITCHEN 041  table 12  19:42 (3 min)|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "exceptions": """
B!#| END OF SERVICE |
 ! |Since 11:00, not proved to be on paper:|
   |------------------------------------------------|
 ! |1 item on no ticket:|
   |BAR  2 x Lager|
   |------------------------------------------------|
 ! |1 ticket:|
   |FAILED  KITCHEN 041  table 12  19:42 (3 min)|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "paper_test": """
B!#| PRINTER TEST |
   |No order: throw this away.|
 ! |48 columns, cp858|
   |123456789012345678901234567890123456789012345678|
   |        10        20        30        40|
   |------------------------------------------------|
   |Normal letters|
 ! |Bold|
  #| White on black |
T  |Tall letters|
B  |Big letters|
  #|                                                |
T! || A warning in a box                           ||
  #|                                                |
   |------------------------------------------------|
   |80 Ç ü é â ä à å ç ê ë è ï î ì Ä Å|
   |90 É æ Æ ô ö ò û ù ÿ Ö Ü ø £ Ø × ƒ|
   |A0 á í ó ú ñ Ñ ª º ¿ ® ¬ ½ ¼ ¡ « »|
   |B0 ░ ▒ ▓ │ ┤ Á Â À © ╣ ║ ╗ ╝ ¢ ¥ ┐|
   |C0 └ ┴ ┬ ├ ─ ┼ ã Ã ╚ ╔ ╩ ╦ ╠ ═ ╬ ¤|
   |D0 ð Ð Ê Ë È € Í Î Ï ┘ ┌ █ ▄ ¦ Ì ▀|
   |E0 Ó ß Ô Ò õ Õ µ þ Þ Ú Û Ù ý Ý ¯ ´|
   |F0 . ± ‗ ¾ ¶ § ÷ ¸ ° ¨ · ¹ ³ ² ■ .|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
    "specimen": """
B!#| PRINTER TEST |
   |No order: throw this away. Every script:|
   |------------------------------------------------|
   |Latin      Crème brûlée, jalapeño, 5 €, ½ Å|
   |Vietnamese Phở bò tái, không hành|
   |Cyrillic   Борщ без сметаны|
   |Greek      Μουσακάς χωρίς αλάτι|
   |Chinese    宫保鸡丁 不要花生|
   |Japanese   カレーライス 大盛り|
   |Korean     김치찌개 맵지 않게|
   |Thai       ต้มยำกุ้ง ไม่เผ็ด|
   |Hindi      दाल बिना प्याज के|
   |Arabic     شوربة عدس بدون ملح|
   |Hebrew     כבש צלוי בלי מלח|
   |Emoji      🥜 🌶|
T -|Struck through|
   |------------------------------------------------|
   |Printed 19:45|
   |#N99-1/1 A7Qk|
""",
}


@pytest.mark.parametrize("notice", NOTICES, ids=lambda each: each.kind)
def test_a_notice_looks_like_this(notice: Notice) -> None:
    paper = CAN_DRAW if notice.kind == "specimen" else WIDE
    page = lay_out_notice(notice, a_notice_job(), NOW, paper, ZONE)
    assert drawn(page) == PAGES[notice.kind].strip("\n")
    assert not page.rings
