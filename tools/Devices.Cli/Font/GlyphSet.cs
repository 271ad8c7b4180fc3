using System.Reflection;
using System.Text;
using Devices.Link;
using Devices.Terminal.Screens;

namespace Devices.Cli.Font;

/// <summary>
/// The characters of the terminal's font: ASCII, every character of the screen's own texts (read from the firmware's code, so that a new text
/// cannot be forgotten), GB/T 2312 level 1 (3,755 characters in use), and characters beyond it that are common in names.
/// </summary>
public static class GlyphSet
{
    // Surnames of the "hundred families" and given-name characters that level 1 lacks.
    private const string Names =
        "仝仇仉仡伲佘佟佴佶侃侗俐俞俣俪倩倬倜偲傅僖儇儒兖冼刈剡劼勖勰匡卞卣卮厍厝厉叆后吒呙哿唐嗣嘏嘉嘤囡圩圻坻垚垣堃堉堇墉墚壹夔奕奚妁妍妗妤妧妲姒姗姜姝姣姬娅娆娉娓娜娟娣娴婉婕婧婵婷媛媞媪嫄嫒嫔嫘嫣嫦嬴孜宓宕宥宸寰尧尹岌岐岚岱峁峋峤峥崃崆崎崔崧崴嵇嵋嵘嵩嶂嶷巍巽帏帷庖庠庾廖廪弋弛弢弪彤彧彭徇徕忆忭怡怿恂恒恺恽悌悦悫惇惕惟愔慜慧懋懿戈戎戚戟戡戢扈抒抟拊挚捷掣揆揽搴攸敉斌斐斓旄旌旎旖旭旻昀昂昃昇昉昊昌昕昙昝昭昱昴昶晁晅晊晋晏晔晖晗晙晞晟晢晤晨晰晴晶晷暄暕暻暾曈曌曙曛曜曦朔杋杞杭杲杳杵枞枥枫柃柏柘柚柯柰柳栎栖栩桀桂桐桓桢桦桧桫梁梅梓梧梵棋棠棣椀椿楚楠楣楷楸榆榕榛榭槐槿樊樟樱橙檀檬欣欧欤欹歆歙殷毅毋毓毕汐汜汝汲汶沁沃沅沐沛沣泓泗泠泫泮泯泱泷泾洁洋洌洙洛洧洪洮洲洵洹浔浚浛浠浩浵浼涂涅涓涔涛涟涧涪涵淇淑淙淞淦淬淳淼清渊渌渑渝渟渤渭渲渼湄湉湘湛湜湟湫溁溆溍溦溧溪溯溱溶滁滕滟滢滦滨滪漉漩漪漫漳漾潆潇潋潍潜潞潢潭潼澄澈澌澍澔澜澧澳濂濉濋濛濠濮瀚瀛瀹灏灵灿炀炅炆炎炜炫炯炳烁烜烨烩烽焓焕焘焜焯焰焱然煊煌煜煦照熙熠熵熹燊燎燕燧燮爽牟牧犇狄猗猷獬玄玉玎玑玓玔玖玗玘玙玚玛玟玠玢玥玦玫玮环现玲玳玶玹玺玻珀珂珈珉珊珍珏珑珞珠珣珥珧珩珪班珮珺珽琅琇球琉琊琍琏琐琚琛琢琤琥琦琨琪琬琭琮琯琰琲琳琴琵琶琼瑀瑁瑄瑅瑆瑗瑙瑚瑛瑜瑞瑟瑢瑧瑭瑰瑶瑷瑾璀璁璃璇璈璋璎璐璘璜璞璟璠璧璨璩璪璲璺瓒甄甫甯畅畈畿疆疏皎皓皖皙盈益盛睦睿瞿瞻矜矞矫石研砺硕碧磊礼祁祇祈祉祎祐祖祗祚祜祝祠祥祧祯祺禄禅禔福禛禤禧禹禺秀秉秦秾稷稹穆穗穹窈窦竑竞竣童竹笃笑笙笛笠符策筠筱筹箐箫篁篪籁粤粲紫綦縠繁纤纪纭纯纶练绅绍经绚绛绢绣绥继绩绪绫绮维绰绱绵绶绾绿缃缇缊缎缘缙缜缤缦缨缪缬缵罄罗罡罕羌羚羡羲羽羿翀翁翃翊翎翔翕翙翚翟翠翡翥翦翮翯翰翱翼翾耀耘耿聂聃聆聪肃肇肖胡胤胥胭脩膂膺臧臻舒舜舟航舫舸良艺艾节芃芄芊芋芍芑芙芝芥芦芩芪芫芬芭芮芯花芳芷芸芹芽苇苊苋苌苏苑苒苓苔苗苛苜苞苠苡苢苣若苦苧苪苫苯英苴苹苻茂范茅茆茉茌茎茏茔茕茗茜茝茞茨茫茯茱茵茶茸茹荀荃荆草荏荐荑荔荛荞荟荠荣荧荪荫荭荷荻荼荽莅莆莉莎莓莘莛莜莞莠莨莩莪莫莱莲莳莹莺莼菀菁菂菅菇菉菊菏菘菡菩菰菱菲菽萁萃萄萋萌萍萏萑萤营萦萧萨萩萱萸落葆葑葛葡董葭葱葳葵葶蒂蒋蒙蒜蒯蒲蒴蒸蒹蒺蒽蓁蓉蓓蓝蓟蓥蓬蓼蔓蔗蔚蔡蔻蔼蔺蕃蕊蕖蕙蕤蕴蕾薇薏薛薪薰藉藏藜藤藩藻蘅蘧虎虞虹蚩蛟蜀蜜蝶融螽蟾蠡衍衡袁袆袤裕裘裴裳襄西要覃见观觅觉觎言訾詹誉誊警计订认讨让训议讯记讲许论诃设访证评识诉词译试诗诚话诞询该详诤语诰请诸诺读课谁谅谆谈谊谋谌谐谓谕谖谚谛谜谞谟谠谢谣谦谧谨谭谯谱豆豪豫貂财贞负贡贤质贯贲贵费贺贻贾赋赐赓赖赛赞赟赢赣赤赫走赵起超越趣足跃路轩轲轶载较辂辅辉辰边达迁迅过迈迎运近返还进远违连迟迦迪迹追适逄逅选逊透逍逑通逢逯逸逻逾遂遇道遥遨遵邃邈邑邓邕邗邛邝邠邡邢那邦邯邰邱邳邴邵邸邹邺邻郁郄郅郇郎郏郐郑郓郗郜郝郡郢郦郧部郭郯郴郸都郾鄂鄄鄞鄢鄯鄱酃酆酉酝酩醇醒采释里重野金釜鉴銮鎏鑫针钊钏钒钗钟钢钦钧钫钰钲钺钻钿铁铃铄铅铉铎铖铜铠铨铬铭铮银铸链锁锂锃锄锋锌锐锘锚锜锝锞锟锡锢锦锭键锰锴锷锺镁镇镐镒镕镜镝镧镫镯镰镱镶长门闪闫闯闰闲闳间闵闸闻闽闾阁阅阆阎阐阑阔阕阙阚阡阮阳阴阵阶阿陀陆陇陈陌降限陕陛陟院除陵陶隆隋随隐隗隽难雁雄雅集雍雎雏雕雨雩雪雯雱雳零雷雾需霁霂霄霆震霈霍霎霏霓霖霙霜霞霭霰露霸霹青靓靖静靳靿鞠鞯韦韧韩韫韬音韵韶页顶项顺须顾顿颀颁颂预颉颍颐频颖颗题颛颜额颢颤风飏飐飒飘飙飞餐饫饶香馥馨首騄马驭驰驷驹驼驾驿骁骄骅骆骈骊骋验骏骐骑骓骕骖骙骞骢骥高髙魁魏魑鱼鲁鲍鲜鲲鲸鳌鳍鳕鳗鳞鸢鸣鸥鸯鸳鸽鸿鹃鹄鹅鹉鹊鹏鹤鹦鹭鹰麒麓麟麦黄黎黑黛黟黼鼎鼐齐龄龙龚龛";

    private const string Marks = "，。、：；！？（）《》“”‘’…·—～％＋－／￥";

    /// <summary>Half-width characters, ascending.</summary>
    public static string Half { get; } = new([.. Enumerable.Range(0x20, 0x5F).Select(c => (char)c)]);

    /// <summary>Full-width characters, ascending, each once.</summary>
    /// <param name="small">Only the screen's own texts and names beyond level 1, for boards with little flash.</param>
    public static string Full(bool small = false)
    {
        IEnumerable<char> all = Texts().Concat(Marks).Concat(Names);
        if (!small) all = all.Concat(LevelOne());
        return new([.. all.Where(c => c > 0x7E).Distinct().Order()]);
    }

    /// <summary>Every character that the screen's own texts hold, in both languages.</summary>
    public static IEnumerable<char> Texts()
    {
        foreach (bool chinese in new[] { true, false })
        {
            ScreenTexts texts = new(chinese);
            foreach (ScreenKind kind in Enum.GetValues<ScreenKind>())
            {
                foreach (char c in texts.Title(kind) + texts.Detail(kind)) yield return c;
            }

            foreach (PropertyInfo property in typeof(ScreenTexts).GetProperties().Where(p => p.PropertyType == typeof(string)))
            {
                foreach (char c in (string)property.GetValue(texts)!) yield return c;
            }

            foreach (string code in new[] { "pin-wrong", "pin-locked", "card-unknown" })
            {
                foreach (char c in texts.Reason(code)) yield return c;
            }

            foreach (char c in texts.Offline(0) + texts.Offline(1) + texts.Waiting(1)) yield return c;
        }
    }

    private static IEnumerable<char> LevelOne()
    {
        Encoding gb = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
        for (int row = 16; row <= 55; row++)
        {
            for (int cell = 1; cell <= (row == 55 ? 89 : 94); cell++) yield return gb.GetString([(byte)(0xA0 + row), (byte)(0xA0 + cell)])[0];
        }
    }
}
