"""The columns of the platforms' exports by their headers, and what each is here.

X (old and new), Facebook Insights, Meta Business Suite, Instagram, YouTube Studio, TikTok Studio and LinkedIn, in English and,
where known, German, French, Spanish, Swedish and Japanese. Case, accents, blanks and punctuation do not count.
"""

from __future__ import annotations

from viralsim.tables import Column, Kind

CANONICAL = (
    "post_id", "published_at", "followers", "impressions", "reach", "shares", "clicks", "reactions", "comments", "saves",
    "impressions_owned", "impressions_recommended", "reach_followers", "paid", "type", "horizon_hours",
)  # fmt: skip

COUNTS: dict[str, tuple[str, ...]] = {
    "impressions": (
        "impression", "post impressions", "total impressions", "lifetime post total impressions", "media impressions",
        "impressionen", "impressions totales", "einblendungen", "impresiones", "exponeringar",
        "インプレッション", "インプレッション数", "表示回数",
    ),
    "views": (
        "view", "total views", "post views", "aufrufe", "videoaufrufe insgesamt", "aufrufe insgesamt", "view count", "ansichten",
        "affichages", "vues", "visualizaciones", "visionados", "visningar", "視聴回数", "再生回数", "閲覧数",
    ),
    "video_views": ("video view", "videoaufrufe", "vues de la video", "reproducciones", "videovisningar"),
    "reach": (
        "accounts reached", "people reached", "unique viewers", "erreichte personen", "post reach",
        "lifetime post total reach", "unique impressions", "reichweite",
        "erreichte konten", "portee", "couverture", "comptes touches", "alcance", "cuentas alcanzadas", "rackvidd",
        "konton som natts", "einzelne zuschauer", "spectateurs uniques", "espectadores unicos", "unika tittare",
        "リーチ", "リーチ数", "リーチしたアカウント数", "ユニーク視聴者数",
    ),
    "reposts": ("repost", "retweets", "retweet", "republications", "reposteos", "retuits", "erneut gepostet", "retweetar",
                "リポスト", "リポスト数", "リツイート", "リツイート数"),
    "shares": (
        "share", "total shares", "reshares", "teilungen", "post shares", "times shared", "geteilt", "mal geteilt",
        "geteilte inhalte", "partages",
        "compartidos", "veces compartido", "veces que se compartio", "contenido compartido", "delningar",
        "シェア", "シェア数", "共有", "共有数",
    ),
    "link_clicks": (
        "link click", "url clicks", "url click", "clicks on link", "link klicks", "linkklicks", "clics sur un lien",
        "clics sur le lien", "clics en el enlace", "lankklick", "klick pa lank",
    ),
    "clicks": (
        "click", "total clicks", "post clicks", "post consumptions", "lifetime post consumptions", "klicks",
        "klicks insgesamt", "clics",
        "total des clics", "clics totales", "klick", "clics totaux", "クリック数",
    ),
    "reactions": ("reaction", "total reactions", "reaktionen", "reacciones", "reaktioner"),
    "likes": (
        "like", "total likes", "post likes", "gefallt mir angaben", "gefallt mir", "likes totaux", "j aime", "mentions j aime",
        "me gusta", "gilla markeringar", "gillamarkeringar", "likes total", "mag ich bewertungen", "mag ich",
        "いいね", "いいね数", "高評価数",
    ),
    "comments": (
        "comment", "total comments", "post comments", "comments added", "kommentare", "kommentare hinzugefugt", "commentaires",
        "commentaires ajoutes", "comentarios", "comentarios anadidos", "kommentarer", "kommentarer tillagda",
        "コメント", "コメント数",
    ),
    "replies": ("reply", "antworten", "reponses", "respuestas", "svar"),
    "saves": (
        "save", "saved", "bookmarks", "total saves", "add to favorites", "gespeichert", "gespeicherte inhalte",
        "gespeicherte beitrage", "speicherungen", "enregistrements", "guardados", "veces que se guardo",
        "contenido guardado", "sparade", "sparningar", "保存", "保存数",
    ),
    "followers": (
        "follower", "follower count", "fans", "page likes", "followers count", "total followers", "page total likes",
        "lifetime total likes",
        "followeranzahl", "seguidores", "foljare", "フォロワー", "フォロワー数",
    ),
    "subscribers": (  # on YouTube: those that a video won
        "abonnenten", "abonnes", "suscriptores", "prenumeranter", "チャンネル登録者", "チャンネル登録者数",
    ),
    "impressions_owned": (
        "from home", "impressions from home", "lifetime post impressions by people who have liked your page",
        "impressions from followers",
    ),
    "from_hashtags": ("impressions from hashtags",),
    "from_explore": ("impressions from explore",),
    "from_profile": ("impressions from profile",),
    "from_other": ("impressions from other",),
    "impressions_recommended": ("recommended impressions", "impressions from non followers"),
    "reach_followers": ("lifetime post reach by people who like your page", "reach from followers", "followers reached"),
    "impressions_paid": ("promoted impressions", "lifetime post paid impressions", "paid impressions",
                         "views from boosted posts", "impressions from boosted posts", "paid views"),
    "reach_paid": ("lifetime post paid reach", "paid reach", "reach from boosted posts"),
}  # fmt: skip

TEXTS: dict[str, tuple[str, ...]] = {
    "post_id": (
        "tweet id", "post id", "video id", "media id", "publicerings id", "id del video", "beitrags id", "id de publication",
        "identifiant de la publication", "identificador de la publicacion", "inlaggs id", "投稿id", "動画id",
    ),
    "content": ("inhalt", "videos", "contenu", "contenido", "innehall", "コンテンツ"),  # YouTube; elsewhere it may be the text
    "link": (
        "permalink", "tweet permalink", "post link", "post url", "video link", "sharelink",
        "permanenter link", "lien permanent", "enlace permanente", "permanent lank",
    ),
    "published_at": (
        "posted", "publish time", "published", "published date", "date published", "video publish time", "post time",
        "post date", "date posted", "created date", "created at", "publication date", "veroffentlichungszeitpunkt",
        "veroffentlichungszeit", "veroffentlicht am", "heure de publication", "date de publication", "hora de publicacion",
        "fecha de publicacion", "hora de publicacion del video", "heure de publication de la video",
        "veroffentlichungszeitpunkt des videos", "publiceringstid for video",
        "publiceringstid", "tidpunkt for publicering", "publicerat", "投稿日時", "投稿日", "公開日時", "公開日", "動画公開時刻",
    ),
    "time": (),  # X until 2023; beside the time of the post it is that of the export (TikTok)
    "date": ("datum", "fecha", "day", "日付"),
    "text": ("tweet text", "post text"),
    "paid": ("promoted", "is paid", "boosted", "bezahlt", "paye", "pagado", "betald"),
    "type": ("post type", "typ", "beitragstyp", "type de publication", "tipo de publicacion",
             "inlaggstyp"),
}  # fmt: skip

# Columns that only tell that an export is YouTube's
OF_VIDEOS: dict[str, tuple[str, ...]] = {
    "thumbnails_clicked": (
        "impressions click-through rate", "thumbnail click-through rate", "klickrate der impressionen", "thumbnail klickrate",
        "ctr de las impresiones", "klickfrekvens for exponeringar", "porcentaje de clics de las impresiones",
        "taux de clics par impression", "taux de clics des impressions", "インプレッションのクリック率",
    ),
    "watch_time": ("watch time", "wiedergabezeit", "duree de visionnage", "tiempo de visualizacion", "visningstid", "総再生時間"),
    "view_duration": ("average view duration", "durchschnittliche wiedergabedauer", "duree moyenne d'une vue",
                      "duracion media de la visualizacion", "duracion media de las visualizaciones",
                      "genomsnittlig visningslangd", "平均視聴時間"),
}  # fmt: skip

# Columns of exports with a row for each day of an account, where no column names a post
OF_ACCOUNTS: dict[str, tuple[str, ...]] = {
    "unfollows": (),
    "posts_created": ("create post",),
    "profile_views": ("profilaufrufe", "vues du profil", "visualizaciones del perfil", "profilvisningar"),
}

IDS_AT_LAST = ("post", "id", "beitrag")  # names of posts where no better column is there

COLUMNS = (
    *(Column(name, Kind.COUNT, words) for name, words in COUNTS.items()),
    *(
        Column(name, Kind.TEXT, words, otherwise=IDS_AT_LAST if name == "post_id" else ())
        for name, words in TEXTS.items()
    ),
    *(Column(name, Kind.MARK, words) for name, words in (OF_VIDEOS | OF_ACCOUNTS).items()),
    Column("horizon_hours", Kind.NUMBER),
)

# Where an export has several columns for one thing, the first is taken and the others are named in a note.
CHOICE: dict[str, tuple[str, ...]] = {
    "followers": ("followers", "subscribers"),
    "impressions": ("impressions", "views", "video_views"),
    "shares": ("reposts", "shares"),
    "clicks": ("link_clicks", "clicks"),
    "reactions": ("reactions", "likes"),
    "comments": ("comments", "replies"),
    "published_at": ("published_at", "time", "date"),
}
RECOMMENDED = ("from_hashtags", "from_explore", "from_other")
