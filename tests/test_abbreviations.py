"""Abbreviations, ordinals and dates of many languages: where a full stop ends no sentence, and where it does."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

import pytest

from qa.text.sentences import split_sentences

GO_ON = {
    "law": [
        "Nach § 12 Abs. 3 S. 2 der Satzung ist der Vorstand gem. Nr. 4 zu wählen.",
        "Die Klage ist nach Art. 6 Abs. 1 lit. b der Verordnung i. V. m. § 3 zulässig.",
        "Selon l'art. L. 123-4 du règlement, le bail dure neuf ans.",
        "En vertu de l’art. 12 al. 2 de la loi, le délai est de trente jours.",
        "Véase la pág. 12 y el art. 5 del reglamento.",
        "Ai sensi dell'art. 12, il sig. Rossi paga il canone.",
        "Ai sensi dell’art. 3 co. 2 lett. b del decreto, la domanda non è ammessa.",
        "Nos termos do art. 5 da lei e da pág. 7 do processo, o prazo é de dez dias.",
        "Zgodnie z art. 5 ust. 2 pkt. 3 ustawy nie jest to możliwe.",
        "Podle § 5 odst. 2 písm. B zákona se to nesmí.",
        "Согласно ст. 5 п. 3 закона и стр. 12 договора это запрещено.",
        "Згідно зі ст. 15 та п. 4 договору це не дозволено.",
        "Volgens art. 7 lid. 2 van de wet is dat niet toegestaan.",
        "Enligt kap. 3 och art. 5 i lagen är det inte tillåtet.",
        "Σύμφωνα με το άρθ. 5 παρ. 2 του νόμου και τη σελ. 12 δεν είναι δυνατό.",
        "In Smith v. Jones the court, per Lord Ash J. in 1999, held the gate liable.",
        "Under Sec. 4 para. 2 of the act and Sched. 3 the fee is due.",
    ],
    "title": [
        "Dhr. Jansen woont in de Kerkstr. in Utrecht.",
        "De brief van mevr. Bakker en drs. De Boer is niet gelezen.",
        "Il Dott. Bianchi e l'Avv. Neri sono nella sede di Roma.",
        "La Dott.ssa Verdi ha parlato con il prof. Conti.",
        "El Lic. Gómez y la Dra. Ruiz no viven con el Ing. Soto.",
        "O Dr. Silva e a Sra. Dias moram na R. Augusta.",
        "M. Dupont a signé le bail avec Mme. Leroy et Me. Blanc hier.",
        "Byt č. 5 v ul. Dlouhé patří p. Novákovi.",
        "Dopis pro MUDr. Dvořáka a Ing. Malého je na stole.",
        "Ks. Jan i mgr. Nowak byli w szkole, ale prof. Zięba nie przyszedł.",
        "Ο κ. Παπάς και η κ. Δήμου μένουν στην οδό Αγ. Νικολάου.",
        "Ο καθ. Νίκου και η Δρ. Λάμπρου δεν είναι εδώ.",
        "Dr. Yılmaz 3. katta, Prof. Demir 2. katta oturuyor.",
        "Toplantıda Doç. Kaya ve Av. Demir vardı.",
        "زار د. محمد المدرسة أمس.",
        "التقى أ.د. سالم مع م. خالد في القاهرة.",
        "डॉ. शर्मा और श्री. वर्मा इस विद्यालय में पढ़ाते हैं।",
        "प्रो. मेहता और पं. नेहरू यहाँ आए थे।",
        "ดร. สมชายเป็นผู้ก่อตั้งโรงเรียนแห่งนี้",
        "รศ.ดร. สมชายและ นพ. วิชัยเป็นอาจารย์",
        "Văn phòng ở TP. Hồ Chí Minh do TS. Nguyễn quản lý.",
        "Buổi họp của GS. Trần và ThS. Lê là ở đây.",
        "Проф. Иванов и акад. Петров были на встрече с ген. Сидоровым.",
        "Проф. Коваль та акад. Шевченко були на зустрічі.",
        "Kirjan ovat lukeneet prof. Virtanen ja hra. Mäki.",
        "A könyvet ifj. Kovács és özv. Nagyné írta, de nem együtt.",
        "Knjigu su napisali dr. Horvat i prof. Babić.",
        "Cartea este scrisă de dl. Popescu și dna. Ionescu.",
        "ডা. রহমান এখানে থাকেন।",
        "פרופ. כהן הוא לא כאן.",
    ],
    "place": [
        "Biuro jest przy ul. Długiej 5, tel. 22 444.",
        "Sklep jest na al. Jerozolimskich i na pl. Zamkowym.",
        "El Sr. Pérez y la Sra. Gil viven en la Av. Norte.",
        "La tienda está en la Avda. Central con C.P. 28001.",
        "A loja fica na Av. Paulista e não na Trav. Lopes.",
        "Il negozio è in P.zza Dante e non in V.le Roma.",
        "Офіс на вул. Садовій, буд. 5, кв. 7.",
        "Школа открыта в 1998 г. Петровым в г. Тверь на ул. Садовой.",
        "Магазин находится на просп. Мира, д. 5, корп. 2, оф. 12.",
        "Dükkân Atatürk Cad. No. 5 adresindedir.",
        "Ev, Moda Mah. Çiçek Sok. No. 12 adresinde ve çok eski.",
        "Το σπίτι είναι στη Λεωφ. Αλεξάνδρας και στην οδό Αγ. Μαρίνας.",
        "Obchod je na nám. Republiky a v ul. Krátké.",
        "Kantornya ada di Jl. Merdeka No. 5 dan tidak jauh.",
        "Biroul este pe str. Lungă nr. 5, ap. 3.",
        "Das Büro ist in der Hauptstr. 5, Tel. 030 1234.",
        "Skrifstofan er við Laugaveg 5, s. 555 1234.",
        "العنوان ص. ب. 12 في المدينة.",
        "Stasjonen ligger ved St. Olavs plass nr. 5, tlf. 22 33.",
        "He lives near Mt. Fuji on St. James Ave. North.",
    ],
    "hour, unit, year": [
        "Sklep otwarty od godz. 8 do godz. 16 codziennie.",
        "W 1998 r. Kościół odnowiono po pożarze.",
        "Ремонт стоил 5 тыс. руб. и занял год.",
        "В 1961 г. Гагарин полетел в космос.",
        "Население выросло до 3 млн. Москва стала столицей.",
        "ประตูเปิดเวลา ๘.๐๐ น. ทุกวันจันทร์",
        "โรงเรียนสตรีตั้งขึ้นใน พ.ศ. ๒๕๕๙ โดยชาวบ้าน",
        "เปิดเมื่อวันที่ ๓ ม.ค. ๒๕๖๐ ที่กรุงเทพ",
        "ระยะทาง ๑๒ กม. จากเมือง",
        "Das Werk kostete ca. 5 Mio. Euro.",
        "The gate opens at 8 a.m. Monday and closes at 6 p.m. Friday.",
        "It weighs approx. 5 kg. and costs est. $300.",
        "El tren llega a las 5 p.m. Madrid espera.",
        "Η εκδήλωση είναι στις 5 μ.μ. Πέμπτη.",
        "Mødet er kl. 10 og koster 5 mio. Kroner.",
        "Obchod má otevřeno od 8 hod. 30 a je to 5 mil. Kč.",
        "Trường có 5 lớp, cao 12 m. và rộng.",
    ],
    "ordinal, date": [
        "Die Sitzung am 3. Mai 2019 fand im 2. Stock statt.",
        "Die Sitzung am 24. 12. 2019 war lang.",
        "Schůze se koná 3. května 2019 ve 2. patře.",
        "Schůze 3. 5. 2019 byla dlouhá.",
        "Kokous pidettiin 3. toukokuuta ja 5. Luokka oli mukana.",
        "Mødet holdes d. 3. maj på 2. sal.",
        "Krigen sluttede den 5. Maj 1945 i København.",
        "Møtet er den 17. Mai og ikke 3. juni.",
        "Az ülés 2019. május 3. napján volt a 2. emeleten.",
        "Az ülés 2019. 05. 03. napján volt.",
        "회의는 2019. 5. 3. 서울에서 열렸다.",
        "Bu olay 2. Dünya Savaşı sırasında ve 5. Ordu için önemli.",
        "IV. Murat ve II. Mahmut çok güçlü padişahlardır.",
        "Karel IV. Lucemburský byl král a založil univerzitu.",
        "Kaiser Karl IV. Krone ist nicht in der Burg.",
        "Sastanak je 3. svibnja, a ne 5. lipnja.",
        "Koosolek on 3. mail ja mitte 5. juunil.",
        "Zebranie jest 3. maja i nie ma go 5. czerwca.",
        "Sapulce ir 3. maijā un nav 5. jūnijā.",
    ],
    "connector": [
        "Werkzeuge, z. B. Hammer und Zange, liegen im Schrank.",
        "Die Anlage, d. h. Pumpe und Rohr, wird im Mai geprüft.",
        "Er lieferte u. a. Kabel und Schrauben, bspw. Dübel.",
        "Äpfel, Birnen usw. Werden hier gelagert.",
        "Le prix net, c.-à-d. sans la taxe, est de 12 euros.",
        "Les outils, p. ex. Marteau et pince, sont dans l'armoire.",
        "Neem bijv. Een hamer of een tang mee.",
        "Ta med t.ex. Hammare och spik.",
        "Tag f.eks. Hammer og søm med.",
        "Ota esim. Vasara ja naulat mukaan.",
        "Weź np. Młotek i gwoździe, ale nie tzw. Kombinerki.",
        "Vezmi např. Kladivo a hřebíky.",
        "Hozz pl. Kalapácsot és szöget.",
        "Возьмите, напр. Молоток и гвозди.",
        "Візьміть, напр. Молоток і цвяхи.",
        "Πάρε π.χ. Σφυρί και καρφιά.",
        "Çekiç vb. Aletler burada ve örn. Çivi de var.",
        "Prendi ad es. Il martello e i chiodi, cfr. Nota uno.",
        "Lleva p. ej. Un martillo y clavos.",
        "Uzmi npr. Čekić i čavle.",
        "Bring tools, e.g. Hammers, or pliers, i.e. Tongs.",
        "Hozza el a kalapácsot, ill. Szögeket, ha van még.",
    ],
    "initial": [
        "The book by J. R. R. Vale et al. (2003) lists 40 birds.",
        "She holds a Ph.D. in law and an M.A. from Leeds.",
        "The U.S. Navy sold the ship to Acme Corp. Ltd. in May.",
        "Роман А. С. Пушкина и стихи М. Ю. Лермонтова.",
        "Книга Т. Г. Шевченка та вірші Л. Українки.",
        "Powieść H. Sienkiewicza i wiersze W. Szymborskiej.",
        "Το βιβλίο του Ν. Καζαντζάκη και του Κ. Π. Καβάφη.",
        "Der Roman von E. T. A. Hoffmann und ein Bild von C. D. Friedrich.",
        "ए. पी. जे. अब्दुल कलाम यहाँ आए थे।",
        "הספר של ש. י. עגנון הוא כאן.",
        "رواية ج. ر. تولكين في المكتبة.",
        "Le roman de G. Flaubert et les vers de P. Verlaine.",
    ],
}

TWO = [
    ["Er kommt um 8 Uhr usw.", "Er bleibt nicht."],
    ["We sell nails, screws, etc.", "They are cheap."],
    ["He works at Acme Inc.", "It makes doors."],
    ["He loved modern art.", "Museums were his life."],
    ["The answer was no.", "Everyone agreed with that."],
    ["He had it all.", "Nobody helped him with it."],
    ["That is as far as we got in ten.", "Then we left."],
    ["Es wohnen dort 300 Leute.", "Der Ort ist klein."],
    ["Er ist 25.", "Sie ist 30."],
    ["Das war im Jahr 1990.", "Danach zog er um."],
    ["The war ended in 1945.", "Prices rose."],
    ["He finished 12.", "Nobody was faster."],
    ["To było w 1998 r.", "Potem kościół odnowiono."],
    ["Zamek zbudowano w XV w.", "Nie był duży."],
    ["Было это в 1998 г.", "Потом он уехал."],
    ["Собрали яблоки, груши и т.д.", "Они были вкусные."],
    ["Він народився в 1900 р.", "Потім він поїхав."],
    ["Bylo tam 5 tis. lidí atd.", "Pak se to změnilo."],
    ["Comprò viti, chiodi, ecc.", "Poi andò a casa."],
    ["Compró clavos, tornillos, etc.", "Después se fue a casa."],
    ["Comprou pregos, parafusos, etc.", "Depois foi para casa."],
    ["Il aime les pommes, les poires, etc.", "Puis il part."],
    ["Hij kocht spijkers, schroeven, enz.", "Toen ging hij naar huis."],
    ["Han köpte spik, skruv osv.", "Sedan gick han hem."],
    ["Han købte søm, skruer osv.", "Så gik han hjem."],
    ["Hän osti nauloja, ruuveja jne.", "Sitten hän meni kotiin."],
    ["Vett szöget, csavart stb.", "Azután hazament."],
    ["Çivi, vida vb.", "Bunlar burada."],
    ["Αγόρασε καρφιά, βίδες κ.λπ.", "Μετά έφυγε."],
    ["ეს არის ერთი.", "ეს არის ორი."],
    ["هذا كتاب.", "ثم ذهب الولد."],
    ["זה ספר.", "אחר כך הוא הלך."],
    ["Đây là sách.", "Sau đó anh đi."],
    ["1. Open the lid.", "2. Pull the lever.", "3. Wait."],
    ["„Das ist gut.“", "Nr. 5 war leer."],
]


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize("text", [text for kind in GO_ON.values() for text in kind])
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize("sentences", TWO)
def test_a_sentence_ends_where_the_next_word_begins_one_or_the_language_is_another(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["Τι κάνεις;", "Είμαι καλά.", "Πού πας;", "Σπίτι."],
        ["Τι κάνεις\u037e", "Είμαι καλά."],
        ["Πότε έγινε, το 1990;", "Ναι."],
        ["«Τι κάνεις;» ρώτησε ο Νίκος.", "Έφυγε."],
        ["Τι είναι αυτό; ρώτησε ο Νίκος."],
        ["The values α; β; and γ; Delta are letters."],
        ["Այսօր եկավ:", "Հետո գնաց։", "Նա տանն է:"],
        ["Ժամը 10:30 եկավ:", "Գնաց:"],
        ["One thing: Two things; Three things."],
        ["Er sagte: Das ist gut; Nein."],
    ],
)
def test_a_semicolon_asks_in_greek_and_a_colon_ends_in_armenian_only(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_no_abbreviation_of_a_language_is_of_two_kinds() -> None:
    data = json.loads((files("qa.text") / "abbreviations.json").read_text(encoding="utf-8"))
    for language, lists in data.items():
        names = Counter(name for kind in ("joins", "number", "seldom") for name in lists.get(kind, "").split())
        assert [(language, name) for name, count in names.items() if count > 1] == []
