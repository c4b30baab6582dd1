"""Le français : les phrases par leur code, les textes par leur anglais."""

from collections.abc import Mapping, Sequence

DECIMAL = ","
THOUSANDS = "\u202f"
BEGINS_LARGE = True
JOINTS: Mapping[str, str] = {
    "or": " ou ",
    "and": " et ",
    "then": "\u00a0; ",
    "lines": "\n",
    "at": " à ",
}
DATE = "{day:1er|{day}} {month} {year}"
MONTHS: Sequence[str] = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
SHORT_MONTHS: Sequence[str] = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
WEEKDAYS: Sequence[str] = (
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
)


def is_one(number: float) -> bool:
    return abs(number) < 2


SENTENCES: Mapping[str, str] = {
    "account.disabled": "ce compte est désactivé",
    "aggregate.needs_numbers": "{label!r} est de type {kind} ; {aggregate} demande des nombres",
    "answer.needs_memory": (
        "ce calcul demande plus de {megabytes} Mo de mémoire ; choisissez une période plus "
        "courte ou ajoutez des conditions"
    ),
    "answer.takes_too_long": (
        "ce calcul prend plus de {limit_s:g} s ; choisissez une période plus courte ou "
        "ajoutez des conditions"
    ),
    "answer.too_large": (
        "la réponse dépasse {megabytes} Mo ; demandez moins de lignes ou de colonnes"
    ),
    "audit.not_written": (
        "le journal d’audit ne peut pas être écrit ; rien n’a été changé, réessayez dans un instant"
    ),
    "backtest.cancelled": "le test rétrospectif a été annulé ; rien n’en est conservé",
    "backtest.force_without_reason": "pour mettre en service le modèle {label} sans test rétrospectif, indiquez pourquoi",
    "backtest.forced": "mis en service sans test rétrospectif : {reason}",
    "backtest.gave_up": "{count} tentatives se sont terminées sans résultat ; consultez le journal du processus de travail",
    "backtest.is_open": "un test rétrospectif de cette version est en cours avec d’autres réglages ; attendez-le ou annulez-le",
    "backtest.needed": "il n’existe aucun test rétrospectif terminé du modèle {label} : lancez-en un et regardez ce qu’il aurait signalé, ou forcez la mise en service en indiquant un motif",
    "backtest.no_history": "{name} n’a pas encore de données préparées : il n’y a rien à rejouer",
    "backtest.no_line": "aucune courbe n’est conservée pour la série {series!r}",
    "backtest.not_found": "il n’existe aucun test rétrospectif d’identifiant {id}",
    "backtest.nothing_judged": "rien n’a pu être jugé : le modèle lit {history:,} périodes avant une livraison et en demande {needed:,} ; donnez-lui plus d’historique ou une période plus longue",
    "backtest.nothing_there": "le modèle n’a aucune donnée du {start:date} au {end:date}",
    "backtest.of_the_system": "{name} est lu là où il se trouve et n’a pas d’historique à rejouer",
    "backtest.outside": "la période ne contient rien de l’historique, qui va du {start:date} au {end:date}",
    "backtest.rival_failed": "la version active {version} n’a pas pu être rejouée en parallèle : {reason}",
    "backtest.too_large": "la période compte {rows:,} lignes ; un test rétrospectif en prend {most:,} : choisissez-en une plus courte",
    "backtest.too_many": "{most} tests rétrospectifs attendent déjà ; réessayez quand certains seront terminés",
    "batch.mixed": "un lot ne peut pas mêler {kinds:and}",
    "batch.needed": "le flux demande un lot (?batch=1) ; un lot d’un seul appel suffit",
    "batch.not_an_object": 'l’entrée d’un lot est un objet tel que {{"0": …, "1": …}}',
    "batch.subscription": "{path} est un abonnement : pas dans un lot",
    "batch.too_many_calls": "un lot compte au plus {most} appels, pas {count}",
    "body.too_large": "le corps de la requête dépasse {most} octets",
    "brand.colour": "{colour!r} n’est pas une couleur ; écrivez-la comme #0b4f8a",
    "brand.contrast": "{colour} se lit mal sur du blanc : son contraste est de {contrast}, il en faut au moins {least} ; choisissez une couleur plus foncée",
    "brand.has_doctype": "il contient un DOCTYPE ou des entités ; enregistrez-le comme simple dessin",
    "brand.has_element": "il contient {name!r}, qu’un logo ne peut pas contenir ; enregistrez-le comme simple dessin de tracés",
    "brand.logo_too_large": "le logo {name} dépasse {most_kb} ko ; enregistrez-le en plus petit",
    "brand.no_logo": "il n’y a pas de logo {name} dans le dossier que désigne IOP_BRAND_FOLDER ; placez-l’y, ou retirez le logo",
    "brand.no_picture": "le logo {name} ne peut pas être imprimé : {why}",
    "brand.not_png": "ce n’est pas un PNG",
    "brand.not_svg": "ce n’est pas un SVG",
    "brand.of_instance": "brand.json dans IOP_BRAND_FOLDER : {said}",
    "brand.repeats": "il redessine trop de fois des parties de lui-même ; enregistrez-le comme simple dessin de tracés",
    "brand.too_many_pixels": "il compte {wide:,} × {high:,} pixels, et au plus {most:,} × {most:,} sont imprimés ; enregistrez-le en plus petit",
    "broker.no_url": (
        "IOP_EVENT_BROKER_URL n’est pas défini ; donnez-lui amqp://… pour recevoir et "
        "publier des événements"
    ),
    "calendar.ends_wrongly": "se termine le {end:date} ; ce qui commence le {start:date} se termine ce jour-là ou plus tard, en {most} jours au plus",
    "calendar.event_is_one_of": "a {given:and} ; un événement a des dates, ou suit every, ou vient d’un csv : n’en gardez qu’un",
    "calendar.event_without_day": "ne dit pas quand cela a lieu : donnez dates, every ou csv",
    "calendar.event_without_name": "n’a pas de nom sous lequel on le reconnaîtrait",
    "calendar.file_lacks_column": "{name} n’a pas de colonne {column!r} ; il y a {known!r}",
    "calendar.file_line": "{name}, ligne {line} : {said}",
    "calendar.file_missing": "il n’y a pas de fichier d’événements {name!r} en UTF-8 à côté de la déclaration",
    "calendar.file_says_it": "{keys:and} se trouvent dans le fichier que csv désigne : à supprimer ici",
    "calendar.file_too_long": "{name} contient plus de {most:,} événements",
    "calendar.file_unread": "les événements de {name!r} sont lus avec le fichier de la déclaration, à côté de lui ; donnez-les ici sous dates",
    "calendar.last_day": "{day} touche au dernier jour du calendrier",
    "calendar.last_hour": "{day} touche à la dernière heure du calendrier",
    "calendar.last_month": "{day} touche au dernier mois du calendrier",
    "calendar.last_quarter": "{day} touche au dernier trimestre du calendrier",
    "calendar.last_week": "{day} touche à la dernière semaine du calendrier",
    "calendar.last_year": "{day} touche à la dernière année du calendrier",
    "calendar.no_category": "{country} n’a pas de jours fériés de la catégorie {name}",
    "calendar.no_country": "il n’y a pas de jours fériés pour un pays {name}",
    "calendar.no_subdivision": "{country} n’a pas de subdivision {name}",
    "calendar.no_subdivisions": "les jours fériés de {country} sont les mêmes partout, sans subdivision {name} : à supprimer",
    "calendar.no_such_day": "vaut {day} ; le mois {month} a {most} jours au plus",
    "calendar.rule_is_no_day": "ne désigne aucun jour ; donnez day, ou weekday et nth",
    "caller.gone": "l’appelant est parti",
    "caller.waits_no_longer": "plus personne n’attend cette réponse",
    "cast.factor": "vaut {factor} ; il doit être supérieur à 0 et d’au plus {most}",
    "cast.join_and_source": "join remplace source : retirez l’un des deux",
    "cast.join_of_one": "join prend 2 à 6 colonnes ; pour une seule, écrivez `source: {source}`",
    "cast.only_for": "{key} est pour {kinds:and} ; {name!r} est lu comme {to} : retirez-le",
    "cast.share_of_integer": (
        "une part de 1 n’est pas un nombre entier : lisez-la comme number, ou écrivez "
        "`percent: points`"
    ),
    "cast.sign_of_two": "{sign!r} est aussi dans currency : retirez-le de l’un des deux",
    "cast.signs_alike": (
        "decimal et thousands valent tous deux {sign!r} ; donnez l’autre signe à l’un d’eux"
    ),
    "cast.without_join": "separator va avec join, qui n’est pas donné",
    "cast.word_of_both": "{word!r} est à la fois dans true_words et dans false_words",
    "cast.word_unknown": (
        "{word!r} est aussi dans null_values : il ne peut pas être à la fois connu et inconnu"
    ),
    "cast.words_alone": "{there} ne va pas sans {missing}",
    "change.recent_too_short": (
        "recent vaut {recent} ; un changement ne se voit qu’après min_size = {min_size} périodes"
    ),
    "changes.added": "{count:,} {count:ligne nouvelle|lignes nouvelles}",
    "changes.changed": "{count:,} {count:ligne modifiée|lignes modifiées}",
    "changes.figure": "{label} {old}, désormais {new}",
    "changes.figure_of": "{label} de {row} {old}, désormais {new}",
    "changes.gone": "{count:,} {count:ligne disparue|lignes disparues}",
    "changes.in_table": "{table} : {said}",
    "changes.more": "et {count:,} {count:autre valeur|autres valeurs}",
    "changes.not_compared": "{table} diffère ; {count:,} lignes, c’est trop pour comparer",
    "chart.axis_is_cut": "l’axe des valeurs ne commence pas à zéro",
    "chart.bars_and_rest": "{shown:,} barres sur {total:,}, les autres réunies en une",
    "chart.bars_as_line": "tracé en courbe, car plus de {most:,} barres ne se distingueraient pas",
    "chart.bars_of": "{shown:,} barres sur {total:,}",
    "chart.by": "{y} par {x}",
    "chart.described": "{of}, {kind} : {said}.",
    "chart.empty": "{kind} sans valeur.",
    "chart.first_of_several": "certaines barres ont plusieurs lignes ; la première de chacune est tracée",
    "chart.negative_parts": "tracé en barres, car des valeurs négatives ne sont pas des parts d’un tout",
    "chart.no_parts": "tracé en barres, car ces valeurs ne s’additionnent pas en un tout",
    "chart.no_place": "{count:,} {count:ligne sans valeur|lignes sans valeur} pour l’axe horizontal {count:n’est pas tracée|ne sont pas tracées}",
    "chart.no_slice": "{count:,} {count:valeur nulle ou inconnue n’a|valeurs nulles ou inconnues n’ont} pas de part",
    "chart.no_such_column": "{name!r} n’est pas une colonne de {table} ; il y a {known!r}",
    "chart.of_the_first": "tracé à partir des premières lignes : {rows}",
    "chart.others": "{count} autres",
    "chart.series_and_rest": "{shown:,} séries sur {total:,}, les autres réunies en une",
    "chart.series_of": "{shown:,} séries sur {total:,}",
    "chart.thinned": "{total:,} points sont tracés en {shown:,} ; les plus bas et les plus hauts sont gardés",
    "chart.top": "les {shown:,} premiers sur {total:,}",
    "chart.values": "{count} {count:valeur|valeurs}, de {low} à {high}",
    "chart.values_in_series": "{count} {count:valeur|valeurs} en {series} séries, de {low} à {high}",
    "chart.x_not_number": "x est {x!r}, de type {kind} ; ce doit être un nombre",
    "chart.y_not_number": "y est {y!r}, de type {kind} ; ce doit être un nombre",
    "check.breaks": "{where} enfreint {rule} dans {failed} {failed:ligne|lignes} sur {rows}",
    "check.breaks_first": "{said} (la première : {row})",
    "check.column": "la colonne {name}",
    "check.frame": "la table",
    "check.keeps": "{where} respecte {rule} sur {rows} {rows:ligne|lignes}",
    "checks.aborted": "Great Expectations n’a pas pu calculer {aborted}",
    "child.died_too_often": "{said}\nIl s’est arrêté {count} fois de suite ; IOP s’arrête.",
    "child.ended": "le {name} s’est arrêté avec le code {status} ; la fin de {log} :\n{end}",
    "claim.lost": "la tentative {attempt} a perdu sa réservation pendant son exécution",
    "clock.no_replay": (
        "IOP_CLOCK vaut drm, mais la base partagée n’a pas d’horloge de simulation ; `iop "
        "demo` en crée une"
    ),
    "column.bucket": "bucket va avec un champ sans agg",
    "column.compare": "compare va avec une mesure ou un agg",
    "column.computed": "une colonne calculée a compute et as, et ni field, ni measure, ni agg",
    "column.empty": "nommez un champ ou une mesure",
    "column.measure_and_field": (
        "une colonne est une mesure, ou un champ avec ou sans agg, pas les deux"
    ),
    "column.other_type": (
        "{table}.{column} contient des valeurs {held} et la déclaration dit {wanted} ; "
        "donnez un autre nom au champ"
    ),
    "columns.called_alike": "deux colonnes s’appellent {name!r} ; renommez-en une avec 'as'",
    "columns.no_such": "{owner} n’a pas de colonne {name!r} ; il y a {known}",
    "compare.needs_period": "une comparaison demande une période parmi les conditions",
    "compare.periods": "{period} par rapport à {earlier}",
    "compare.too_many_groups": (
        "une comparaison porte sur {most:,} groupes au plus ; ajoutez des conditions ou retirez des champs"
    ),
    "compare.unpaired": "rien ne correspond à {moments:and} de la période précédente",
    "compare.unpaired_here": "rien de la période précédente ne correspond à {moments:and}",
    "comparison.between_both": "between demande [minimum, maximum], tous deux compris",
    "comparison.between_two": "between demande [minimum, maximum]",
    "comparison.field_or_left": "une comparaison a soit field, soit left",
    "comparison.in_period_needs_period": "in_period demande une période",
    "comparison.kinds_differ": "{label!r} et {other!r} ne sont pas du même type",
    "comparison.list_length": "une liste compte de 1 à {most} valeurs",
    "comparison.needs_list": "{op} demande une liste",
    "comparison.needs_one_value": "{op} demande une seule valeur",
    "comparison.needs_text": "{op} demande un texte",
    "comparison.needs_text_field": "{op} demande un champ de texte",
    "comparison.needs_value": "{op} demande une valeur ; pour NULL : is_null ou not_null",
    "comparison.period_without_in_period": "{{from, to}} est une période : utilisez in_period",
    "comparison.takes_no_value": "{op} ne prend pas de valeur",
    "comparison.takes_one_value": "{op} demande une seule valeur, pas une liste",
    "condition.parameter": "prend un paramètre, ce que seules les requêtes permettent",
    "condition.past": "demande des périodes antérieures, que seules les règles connaissent",
    "conditions.too_many_values": (
        "les conditions comparent avec plus de {most:,} valeurs dans des listes"
    ),
    "config.lacks_dataset": (
        "config.dataset : aucun jeu de données n’a toutes les colonnes de son entrée : {columns}"
    ),
    "config.lacks_measures": "config.input.measures : les mesures du jeu de données qu’il modélise",
    "config.lacks_runtime": "config.runtime : la méthode, {known:or}",
    "config.needed": (
        "aucun jeu de données n’a les colonnes {columns!r}, et config doit donc nommer ce "
        "que le modèle lit ; il y a {known}"
    ),
    "connection_params.not_json": "connectionParams n’est pas du JSON",
    "connection_params.not_strings": "connectionParams doit être un objet de textes",
    "cron.day_of_month": "jour du mois",
    "cron.day_of_week": "jour de la semaine",
    "cron.hour": "heure",
    "cron.minute": "minute",
    "cron.month": "mois",
    "cron.no_such_day": "{text!r} nomme un jour qui n’existe dans aucune année",
    "cron.part_out_of_range": (
        "le champ {name} de cron vaut {given!r} ; valeurs possibles : {lowest} à {highest}"
    ),
    "cron.wrong_length": "{text!r} compte {count} {count:champ|champs} ; cron en demande cinq",
    "currency.rates_lack_columns": "currency : il manque aux taux les colonnes {columns!r}",
    "cursor.not_of_this_list": "n’est pas un curseur de cette liste : {error}",
    "dagster.address_needs": "il manque {name} dans l’adresse",
    "dagster.event_not_json": (
        "un événement d’actif est envoyé en application/json, ou dans l’adresse"
    ),
    "dagster.no_log": "{path} n’est pas un journal : /logs/CLÉ/out ou /logs/CLÉ/err",
    "dagster.no_run": "il n’y a pas de run Dagster {id}",
    "dagster.not_a_run_id": "{text} n’est pas l’identifiant d’un run Dagster",
    "dagster.not_there": "{state} ; réessayez dans un instant",
    "dagster.read_by_admins": "seul un administrateur peut lire {name}",
    "dagster.reported_by_admins": "seul un administrateur signale des événements d’actifs",
    "dagster.unknown_storage": (
        "Dagster garde ses événements dans {storage}, que la conservation ne connaît pas ; "
        "storage dans dagster.yaml est InstanceStorage"
    ),
    "dagster.viewer_reads": "un lecteur ne peut que lire ; ceci change quelque chose",
    "dashboard.exists": "il y a déjà un tableau de bord {name!r}",
    "dashboard.not_named": "il n’y a pas de tableau de bord {name}",
    "dashboard.not_found": "il n’y a pas de tableau de bord {id}",
    "dashboard.saved_already": (
        "le tableau de bord {name!r} en est à la version {now}, pas {then} : quelqu’un "
        "d’autre l’a enregistré"
    ),
    "dask.lost": "l’ordonnanceur Dask {url} a cessé de répondre alors qu’il avait des parties des séries ; rien de l’exécution n’a été enregistré",
    "dask.missing": "IOP_PANEL_DASK est défini, mais Dask n’est pas installé ; installez-le avec : {command}",
    "dask.no_tls_file": "{path} n’existe pas ; le dossier de IOP_PANEL_DASK_TLS contient ca.crt, tls.crt et tls.key",
    "dask.no_worker": "aucun processus de travail n’est connecté à l’ordonnanceur Dask {url} depuis {seconds} s ; démarrez-en un avec : dask worker {url} --nthreads 1",
    "dask.other_build": "le processus de travail Dask {worker} a une autre version d’IOP, de Python ou de ses paquets et pourrait répondre autrement ; démarrez-le depuis l’installation de l’instance",
    "dask.silent": "l’ordonnanceur Dask {url} ne répond pas ({error}) ; démarrez-le ou corrigez IOP_PANEL_DASK (sans lui, toutes les séries sont évaluées sur cette machine)",
    "dask.worker_ended": "{times} processus de travail de l’ordonnanceur Dask {url} se sont arrêtés sur la même partie des séries, comme lorsque la mémoire manque ; donnez-leur plus de mémoire ou réduisez IOP_PANEL_ROWS",
    "data_version.no_such_name": (
        "aucune version des données {name!r} ; donnez son numéro, ou huit de ses chiffres ou plus"
    ),
    "data_version.not_found": "aucune version des données n’a le numéro {id}",
    "data_version.not_one": (
        "plusieurs versions des données commencent par {name!r} ; donnez plus de chiffres"
    ),
    "data_version.not_prepared": (
        "la version des données {version} de {name} n’est pas préparée (état : {status})"
    ),
    "data_version.not_prepared_for": (
        "la version des données {version} de {name} n’est pas préparée (état : {status}) : {why}"
    ),
    "dataset.breaks_model": "{label} : {why}",
    "dataset.breaks_models": (
        "des modèles actifs demandent à {name} ce que cette déclaration n’a plus ; retirez-les ou "
        "rendez-le : {models:then}"
    ),
    "dataset.declared_anew": (
        "le jeu de données {name} a été redéclaré : ce qu’a produit la déclaration {version} n’est pas "
        "écrit, {latest} fait foi"
    ),
    "dataset.in_use": (
        "{models:and} lisent {name} : supprimez-les aussi avec `iop dataset delete {name} --with-models`, ou retirez-les "
        "d’abord"
    ),
    "dataset.of_the_system": (
        "{name} est le jeu de données de la plateforme elle-même : il n’est ni remplacé ni supprimé"
    ),
    "dataset.other_source": (
        "le jeu de données {name} est préparé depuis {source}, non depuis {given} : ce qui a été livré ne "
        "s’y trouve pas ; déclarez un jeu de données d’un autre nom"
    ),
    "dataset.was_deleted": "le jeu de données {name} a été supprimé",
    "dataset.declared_differently": (
        "le jeu de données {name} version {version} est déjà déclaré autrement ; augmentez "
        "sa version, ou `iop dataset replace FILE` prépare de nouveau ce qui a été livré"
    ),
    "dataset.no_such_id": "aucun jeu de données n’a le numéro {id}",
    "dataset.no_such_version": "le jeu de données {name} n’a pas de version des données {version}",
    "dataset.not_among": "pas de jeu de données {name!r} ; il y a {known}",
    "dataset.not_found": "il n’y a pas de jeu de données {name!r}",
    "dataset.older_version": (
        "le jeu de données {name} en est à la version {there} ; la version {version} est "
        "plus ancienne"
    ),
    "dataset.unknown": "pas de jeu de données {name}",
    "dataset.without_measures": "le jeu de données {name!r} ne déclare aucune mesure",
    "dataset.without_version": "le jeu de données {name} n’a pas encore de version des données",
    "day.last_of_calendar": "{day!r} est le dernier jour du calendrier",
    "day.number": "{day:1er|{day}}",
    "days.both": "{days}, si c’est un {weekdays:or}",
    "days.either": "{days} et {weekdays}",
    "days.every": "tous les jours",
    "days.in_months": "{days} en {all:and}",
    "days.last_of_month": "le dernier jour de chaque mois",
    "days.in_weeks": "{days}, {count:chaque semaine|toutes les {count} semaines} à partir de la semaine du {day:date}",
    "days.last_of_quarter": "le dernier jour de chaque trimestre",
    "days.of_quarter": "le {day} du premier mois de chaque trimestre",
    "days.of_year": "chaque année le {day} {month}",
    "days.or_last": "{days}, ou son dernier jour s’il est plus court",
    "days.nth_of_month": "le {nth} {weekday} de chaque mois",
    "days.of_month": "{count:le|les} {all:and} {of}",
    "days.span_of_month": "du {first} au {last} {of}",
    "deleting.at_work": (
        "{count} {count:tâche|tâches} en cours ne {count:s’est|se sont} pas encore "
        "{count:terminée|terminées} : réessayez dans un instant"
    ),
    "delivery.all_prepared": "tout ce qui a été livré est préparé, ou a été livré de nouveau",
    "delivery.came": "la livraison est arrivée",
    "delivery.failed_otherwise": (
        "la version des données {version} n’a pas été refusée et ne peut donc pas être acceptée ; sa "
        "préparation a échoué : {why}"
    ),
    "delivery.made_whole": "elle a été relivrée et est complète",
    "delivery.missing": "rien n’a été livré depuis le {last} UTC ; les livraisons arrivaient {rhythm}, la suivante était attendue pour le {due} UTC",
    "delivery.name_taken": "la livraison a déjà une colonne {name!r} : choisissez un autre nom",
    "delivery.no_longer_expected": "aucune livraison n’est plus attendue",
    "delivery.no_such_column": "DRM n’a pas livré de colonne {source!r} ; il y a {known!r}",
    "delivery.nothing_left": (
        "aucune des {delivered:,} lignes livrées n’est utilisable : {reasons}"
    ),
    "delivery.reason": "{said} ({count:,} {count:ligne|lignes})",
    "delivery.refused": (
        "{refused:,} des {delivered:,} lignes livrées sont refusées, {most} % au plus peuvent l’être : "
        "{reasons}"
    ),
    "delivery.short": "la livraison du {day} a apporté {rows:,} {rows:ligne|lignes}, contre {usual:,} d’habitude ; parmi les {compared} comparées, la plus petite en avait {least:,}",
    "delivery.still_being_prepared": (
        "la version des données {version} est encore en préparation ; elle pourra être acceptée une "
        "fois refusée"
    ),
    "delivery.whole_again": "une livraison suivante a son nombre habituel de lignes",
    "demo.not_ended": "{what} ne s’est pas terminé en {timeout_s:.0f} s",
    "derive.not_computed": "derive : {why}",
    "derive.other_type": "derive : {name} est déclaré {type} et se calcule autrement",
    "doing.advising": "pendant la production des recommandations",
    "doing.advising_owed": "pendant la production des recommandations en retard",
    "doing.backtesting": "pendant le test rétrospectif de {label}",
    "doing.beginning": "au début",
    "doing.beginning_run": "au début de son run",
    "doing.checking_input": "pendant le contrôle de l’entrée de {label}",
    "doing.checking_output": "pendant le contrôle de la sortie de {label}",
    "doing.delivering": "pendant la livraison de {name}",
    "doing.generating": "pendant la production du rapport {name!r}",
    "doing.going_on": "pendant la suite de son run",
    "doing.loading_upload": "chargement du fichier {name!r}",
    "doing.mirroring": "pendant la copie de ce qui s’est terminé",
    "doing.preparing": "pendant la préparation de {name}",
    "doing.reading_input": "pendant la lecture de l’entrée de {label}",
    "doing.running": "pendant l’exécution du modèle {label}",
    "doing.running_part": "pendant l’exécution du modèle {label}, partie {done} sur {parts}",
    "doing.scoring_forecasts": "pendant la comparaison des prévisions passées avec les valeurs arrivées",
    "doing.storing": "pendant l’enregistrement de la sortie de {label}",
    "doing.telling": "pendant l’annonce du résultat de {label}",
    "doing.throwing_away": "pendant la suppression de ce qui est ancien",
    "drm.lacks_dataset": "le catalogue de DRM n’a pas de jeu de données {name}",
    "drm.no_such_dataset": "le catalogue de DRM n’a pas de jeu de données {name!r}",
    "drm_api.answered": "l’API de DRM répond {status} à {procedure}",
    "drm_api.no_list": "l’API de DRM ne répond pas à {procedure} par une liste d’objets",
    "drm_api.no_url": "IOP_DRM_API_URL n’est pas défini ; donnez-lui https://…",
    "drm_api.not_trpc": "l’API de DRM ne répond pas à {procedure} par un résultat tRPC",
    "drm_api.refused": "l’API de DRM refuse {procedure} ({status}) ; voir IOP_DRM_API_TOKEN",
    "drm_api.silent": "l’API de DRM ne répond pas à {procedure} : {error}",
    "drm_api.too_large": "l’API de DRM répond à {procedure} par plus de {most} octets",
    "drm_api.unended": "l’API de DRM n’a pas terminé sa réponse à {procedure} après {limit_s:g} s",
    "drm_copy.database_in_use": (
        "{url} contient déjà les tables de DRM ; donnez à IOP_DRM_DATABASE_URL une base "
        "propre à IOP, ou retirez IOP_DRM_API_URL"
    ),
    "drm_copy.dataset_missing": (
        "le catalogue de DRM n’a pas le jeu de données {dataset!r} du traitement {run}"
    ),
    "drm_copy.other_source": (
        "la copie vient de {source}, pas de {url} ; une nouvelle copie demande une nouvelle base"
    ),
    "drm_copy.wrong_row_count": (
        "l’API de DRM donne {count} lignes du traitement {run}, qui en a {ingested}"
    ),
    "drm_run.not_ended": "le traitement DRM {id} n’est pas terminé (état : {status})",
    "drm_run.not_found": "DRM n’a pas de traitement {id}",
    "drm_run.without_version": (
        "le traitement DRM {id} n’a pas de version des données (état : {status})"
    ),
    "error.raised": "{type} : {said}",
    "error.told": "{text}",
    "event.breaks_schema": "{said}",
    "event.no_queue": "aucune file n’est liée à {exchange} pour {event_type} : {said}",
    "event.no_such_moment": "{text!r} est un moment qui n’existe pas",
    "event.no_such_type": "pas de type d’événement {event_type!r} ; il y a {known}",
    "event.not_an_object": "le message est un {type} JSON ; un événement est un objet",
    "event.not_json": "le message n’est pas un texte JSON en UTF-8 : {error}",
    "event.too_large": "le message compte {count} octets ; un événement en compte au plus {most}",
    "event.unknown_type": "{event_type} n’est pas un type d’événement d’ici ; il y a {known}",
    "execution.held_too_long": "aucun score de qualité suffisant n’est venu en {hours:g} heures",
    "execution.no_such_series": (
        "l’exécution {id} n’a pas de série {series!r} avec la mesure {measure!r}"
    ),
    "execution.not_found": "il n’y a pas d’exécution {id}",
    "execution.not_prepared": "ses données n’ont pas pu être préparées : {why}",
    "execution.superseded": (
        "retenue pour la qualité de ses données jusqu’à ce que le traitement DRM {id} livre à "
        "nouveau la fenêtre"
    ),
    "field.periods_cut": "chaque ligne de {label!r} est une période entière des données, que ce regroupement couperait en deux : regroupez par une période plus longue, ou faites commencer l’exercice ou la semaine au début d’une période des données",
    "field.has_no_hours": "{label!r} est une date et n’a pas d’heures",
    "field.left_as_other": (
        "{name!r} est déclaré {wanted} et la dernière étape le laisse de type {found} : "
        "déclarez `type: {found}`, ou {fix}"
    ),
    "field.not_a_time": "{label!r} est de type {kind}, pas un temps",
    "field.not_declared": "{name!r} n’est pas un des champs {known!r}",
    "field.reserved": "les noms qui commencent par iop_ appartiennent à IOP",
    "fields.no_such": "{owner} n’a pas de champ {name!r} ; il y a {known}",
    "file.empty": "{name} est vide ; il faut un objet",
    "file.exists": ("{path} existe déjà et n’est pas remplacé ; donnez un autre --file"),
    "file.not_written": "{path} ne peut pas être écrit : {error}",
    "file.is_list": "{name} contient une liste ; il faut un objet",
    "file.is_value": "{name} contient une valeur ; il faut un objet",
    "file.key_twice": "{name} : la clé {key!r} est donnée deux fois",
    "file.no_yaml": "{name} n’est pas du YAML : {error}",
    "file.no_yaml_at_all": "{name} : n’est pas du YAML : {said}",
    "file.not_found": "il n’y a pas de fichier {path}",
    "file.not_json": "{name}, ligne {line}, colonne {column} : n’est pas du JSON : {said}",
    "file.not_utf8": (
        "{name}, ligne {line} : l’octet 0x{byte:02x} n’est pas de l’UTF-8 ; enregistrez le "
        "fichier en UTF-8"
    ),
    "file.not_yaml": "{name}, ligne {line}, colonne {column} : n’est pas du YAML : {said}",
    "file.unreadable": "{path} ne peut pas être lu : {why}",
    "file.wrong_suffix": "{path} finit par {suffix!r} ; possibles : .json, .yaml ou .yml",
    "fill.needs_bucket": "fill va avec un regroupement par temps (bucket)",
    "fill.needs_period": "les lacunes se comblent sur une période : ajoutez-en une sur le champ regroupé par temps",
    "fill.of_one_bucket": "fill va avec un seul regroupement par temps, dans un tableau de mesures sans top ni having",
    "fill.too_many": "une fois complété, le tableau a plus de {most:,} lignes ; choisissez une période plus courte ou un regroupement plus long",
    "filter.all": "{all:and}",
    "filter.any": "{all:or}",
    "filter.between": "{label} entre {lowest} et {highest}",
    "filter.contains": "{label} contient {value}",
    "filter.day": "{day:day}",
    "filter.eq": "{label} = {value}",
    "filter.false": "non",
    "filter.ge": "{label} ≥ {value}",
    "filter.gt": "{label} > {value}",
    "filter.in": "{label} parmi {values}",
    "filter.in_period": "{label} : {period}",
    "filter.is_null": "{label} : inconnu",
    "filter.keeps": "{label} : {values}",
    "filter.le": "{label} ≤ {value}",
    "filter.lt": "{label} < {value}",
    "filter.ne": "{label} ≠ {value}",
    "filter.no_field": "{source} : pas de champ {name!r}",
    "filter.no_time": "{source} : pas de champ temporel",
    "filter.not": "non ({said})",
    "filter.not_in": "{label} hors de {values}",
    "filter.not_null": "{label} : connu",
    "filter.number": "{number:exact}",
    "filter.starts_with": "{label} commence par {value}",
    "filter.true": "oui",
    "filter.unless": "sauf si ({said})",
    "finding.no_longer_shown": "les données corrigées ne la montrent plus",
    "finding.not_found_again": (
        "plus trouvée dans {count} {count:exécution suivante|exécutions suivantes}"
    ),
    "fix.compare": "comparez-le à un autre",
    "fix.declare_number": "déclarez `type: number`, `integer` ou `boolean`",
    "fix.declare_text": "déclarez `type: string`",
    "fix.derive": "faites que {step} en dérive un champ de type {type}",
    "fix.give_types": "donnez à {step} `types: {{{name}: {type}}}`",
    "fix.name_another": "nommez une colonne de ce type, parmi {known}",
    "fix.none": "aucune colonne n’est de ce type",
    "fix.read_as": "faites que {step} le lise comme `to: {type}`",
    "forecast.floor_not_below_ceiling": (
        "le plancher {floor:g} n’est pas sous le plafond {ceiling:g}"
    ),
    "forecast.no_calendar": "il n’y a pas de jours fériés pour {name}",
    "forecast.no_next_period": "des événements sans pas n’ont pas de période suivante à prévoir",
    "forecast.not_fitted": (
        "la série n’a pas pu être ajustée en {seconds:g} s : laissez plus de secondes à un ajustement "
        "ou raccourcissez l’historique"
    ),
    "forecast.seasons_not_rising": (
        "les saisons {given} doivent être croissantes, chacune donnée une fois"
    ),
    "foreign.fill_too_large": "missing_value vaut {value:g}, et le modèle reçoit du float32 : choisissez une valeur entre -3,4e38 et 3,4e38",
    "foreign.inputs_needed": "le modèle a plusieurs entrées, {names:and} : dites quelles mesures chacune reçoit",
    "foreign.missing_value": "une valeur fixe pour ce qui manque demande missing = value et missing_value, les deux ou aucun",
    "foreign.no_inputs": "le modèle déclare n’avoir aucune entrée ; il lui en faut au moins une, de lignes de nombres",
    "foreign.no_number": "le modèle ne répond pas par un nombre à {given:and} ; il doit répondre par un nombre à chaque ligne de nombres connus",
    "foreign.other_columns": "la sortie a {columns:,} colonnes et column vaut {column} ; choisissez-en une à partir de 0, ou laissez vide s’il n’y en a qu’une",
    "foreign.other_inputs": "le modèle reçoit {known:and}, et non {given:and}",
    "foreign.other_rows": "le modèle répond avec la forme {shape} à {rows:,} lignes ; il doit répondre à chaque ligne par une ligne",
    "foreign.other_width": "l’entrée {name!r} reçoit {width:,} nombres par ligne, et on lui en donne {count:,} : un pour chaque mesure de chaque période ; changez les mesures ou lags",
    "foreign.output_needed": "output vaut {given} ; choisissez {known:or}",
    "foreign.score_of_both_sides": "d’un score, un seul côté est inhabituel : choisissez above ou below pour direction",
    "foreign.threshold_of_expected": "un seuil concerne les scores ; une valeur attendue est signalée selon les alertes par semaine et min_effect",
    "form.country": "un pays de deux majuscules, comme NG",
    "form.country_of_three": "un pays de deux ou trois majuscules, comme NG",
    "form.currency": "une monnaie de trois majuscules, comme NGN",
    "form.name": "un nom d’au plus 63 minuscules, chiffres et _, commençant par une lettre",
    "form.pattern": "de la forme {pattern}",
    "form.reference_table": "une table de référence de DRM, dont le nom commence par drm_ref_",
    "form.sign": "1 à 16 signes, sans chiffre, sans espace et sans `. , ' _ ( ) % + -`",
    "form.version": "une version comme v1.0.0",
    "format.needs": "{text!r} doit aussi contenir {needed:or}",
    "format.no_directive": (
        "{text!r} contient {directive!r}, qui n’est pas une directive ; il y a {known}"
    ),
    "format.offset_of_date": (
        "{text!r} désigne un instant dans un fuseau horaire, qui est une autre date "
        "dans d’autres fuseaux : lisez-le comme datetime"
    ),
    "format.rivals": "{text!r} contient {directives:and}, qui disent la même chose : gardez-en une",
    "format.twice": "{text!r} contient deux fois {directive}",
    "format.two_readings": (
        "{text!r} se lit {first} avec {one!r} et {second} avec {other!r} : gardez un "
        "seul des deux formats"
    ),
    "format.unknown": "pas de format {name} ; un format contient des directives, comme %d.%m.%Y",
    "formula.no_such_measure": "{place} : {name!r} n’est pas une mesure utilisable dans une formule ; il y a {known:or}",
    "formula.number": "{number} dans la formule {given!r} est trop grand ou trop petit ; il peut aller jusqu’à 1e300",
    "formula.of_formulas": "{name} est déjà calculée ; une formule porte sur d’autres mesures",
    "formula.wrong": "{given!r} n’est pas une formule ; elle contient des noms de mesures, des nombres, + - * / et des parenthèses",
    "freq.unknown": "freq est {freq!r} ; valeurs possibles : h, D, W, MS ou None",
    "given.empty": "est vide",
    "given.list": "est une liste",
    "given.mapping": "est un objet",
    "given.null": "est null",
    "given.value": "vaut {shown}",
    "graphql.body": "le corps de la requête",
    "graphql.by_post": "GraphQL ne répond qu’à POST",
    "graphql.message": "le message",
    "graphql.message_too_large": "un message est un texte d’au plus 100 ko",
    "graphql.must_be_object": "{name} : doit être un objet",
    "graphql.must_be_text": "{name} : doit être un texte",
    "graphql.no_json": "{what} n’est pas du JSON",
    "graphql.no_object": "{what} doit être un objet JSON",
    "graphql.no_query": "{what} n’a pas de requête GraphQL",
    "graphql.not_in_body": "GraphQL est envoyé dans le corps, pas dans l’adresse",
    "graphql.not_json": "GraphQL est envoyé en application/json",
    "graphql.not_valid": "{said}",
    "graphql.one_operation": "une opération par requête : {what} doit être un objet JSON",
    "graphql.too_many": (
        "plus de {count} requêtes par seconde pendant trop longtemps ; réessayez dans "
        "{wait_s} s, ou regroupez-les en une seule"
    ),
    "group.not_found": "il n’y a pas de groupe {name}",
    "having.and_rest": "des conditions sur les mesures écartent des groupes qu’une ligne de tous les autres montrerait ; n’en gardez qu’un des deux",
    "having.needs_groups": "des conditions sur les mesures portent sur des groupes : choisissez une mesure",
    "having.no_such_column": "il n’y a pas de mesure {name} parmi les colonnes",
    "history.among": "il faut {count} {count:période connue|périodes connues} parmi {window}",
    "history.before": (
        "il faut {count} {count:période connue|périodes connues} avant celle qui est "
        "évaluée, davantage après des lacunes"
    ),
    "history.known": "il faut {count} {count:période connue|périodes connues}",
    "history.nothing": "rien n’est nécessaire",
    "history.recent": "il faut une valeur connue dans les {count} dernières périodes",
    "history.to_train": (
        "il faut {count} {count:période connue|périodes connues} avant une période, dont "
        "{rows} avec une valeur attendue pour l’entraînement"
    ),
    "holidays.unknown": "holidays : {error}",
    "home.cannot_be_made": (
        "le dossier {home} ne peut pas être créé ({why}) ; nommez un autre dossier avec "
        "--home ou IOP_HOME"
    ),
    "home.in_use": (
        "une autre instance est en marche sur {home} ; arrêtez-la, ou choisissez un autre --home"
    ),
    "home.is_a_file": (
        "{home} ne peut pas servir de dossier, car c’est un fichier ; nommez un autre "
        "dossier avec --home ou IOP_HOME"
    ),
    "home.is_below_a_file": (
        "le dossier {home} ne peut pas être créé, car {file} est un fichier ; nommez un "
        "autre dossier avec --home ou IOP_HOME"
    ),
    "home.not_of_the_demo": (
        "le dossier {home} n’a pas été créé par la démonstration et contient déjà {datasets} "
        "{datasets:jeu de données|jeux de données} et {models} {models:modèle|modèles} ; nommez un "
        "autre dossier avec --home, et une autre base de données si DATABASE_URL est défini"
    ),
    "home.not_writable": (
        "le dossier {home} ne peut pas être utilisé, car cet utilisateur n’a pas le droit "
        "d’écrire dans {path} ; corrigez cela, ou nommez un autre dossier avec --home ou "
        "IOP_HOME"
    ),
    "home.read_only": (
        "le dossier {home} ne peut pas être utilisé, car {path} est sur un système de "
        "fichiers en lecture seule ; corrigez cela, ou nommez un autre dossier avec --home "
        "ou IOP_HOME"
    ),
    "home.unusable_as": (
        "le dossier {home} ne peut pas être utilisé ({why}) ; nommez un autre dossier avec "
        "--home ou IOP_HOME"
    ),
    "input.broken": "entrée de {label} : {said}",
    "input.id_or_others": "donnez soit id, soit others",
    "input.ids_or_all": "donnez soit ids, soit all",
    "input.cursor_or_sort": "omettez cursor ou sort : cursor continue la liste du plus récent au plus ancien",
    "input.name_or_version": "donnez soit name, soit versionId",
    "input.not_json": "l’entrée n’est pas du JSON : {error}",
    "input.panel_or_query": "donnez soit panelId, soit queryConfig",
    "input.too_large": "l’entrée compte plus de {most} octets",
    "input.wrong_content_type": "content-type doit être application/json, pas {given!r}",
    "input_ref.from_not_before_to": "le début {since} n’est pas avant la fin {until}",
    "input_ref.not_dates": "{text!r} : from et to sont des dates ISO 8601",
    "input_ref.wrong_form": (
        "{text!r} n’est ni le nom d’un jeu de données, ni "
        "dataset:NOM[@VERSION][?from=2013-02-01&to=2013-03-01]"
    ),
    "instance.not_found": "il n’y a pas d’instance à {home} : `iop migrate` en crée une",
    "instance_files.no_folder": "IOP_INSTANCE_FILES désigne {path}, qui n’est pas un dossier",
    "intake.ask_decimal": (
        "la colonne {column!r} a des nombres comme {cell} : des milliers ou des décimales ?"
    ),
    "intake.ask_encoding": (
        "les octets du fichier sont des lettres de plusieurs jeux de caractères : lequel se "
        "lit bien ?"
    ),
    "intake.ask_order": (
        "la colonne {column!r} a des dates comme {cell} : le jour ou le mois d’abord ?"
    ),
    "intake.ask_time": "quelle colonne donne le moment d’une ligne ?",
    "intake.at_work": "{item} est en cours de livraison vers {name} ; réessayez dans un instant",
    "intake.bad_answer": (
        "{url} répond {status} : réessayez, ou téléchargez le fichier et donnez-le"
    ),
    "intake.bad_query": (
        "{name} ne peut pas être lu : {error} ; corrigez --table, --query ou --watermark"
    ),
    "intake.broken": (
        "{name} est un fichier {kind} endommagé ou protégé par un mot de passe ({error}) ; "
        "enregistrez-le ou récupérez-le à nouveau"
    ),
    "intake.changed_meanwhile": "{name} est encore en cours de modification",
    "intake.copies_drm": (
        "cette instance copie DRM depuis IOP_DRM_API_URL ; chargez vos fichiers dans une "
        "instance à part : indiquez un autre --home, sans ce réglage"
    ),
    "intake.copies_drm_in_app": "cette instance copie une plateforme DRM ; les fichiers se chargent dans une autre instance",
    "intake.country_code": (
        "{given!r} n’est pas un pays : indiquez son code à deux lettres, comme DE, avec une subdivision s’il le faut, "
        "comme DE-BY, ou none"
    ),
    "intake.day_or_year": (
        "la colonne {column!r} a des cellules telles que {cell} : est-ce un jour ou une année ? Écrivez l’année en "
        "quatre chiffres, ou le jour avec son mois et son année"
    ),
    "intake.empty": "{name} est vide : enregistrez-le ou récupérez-le à nouveau",
    "intake.foreign_drm": (
        "{database} contient les tables d’une plateforme DRM ou de la démo, qui seule peut y "
        "écrire : indiquez un autre --home pour vos fichiers"
    ),
    "intake.foreign_drm_in_app": (
        "cette instance lit les tables d’une plateforme DRM ou de la démo, qui seule peut les écrire ; les fichiers se "
        "chargent dans une autre instance"
    ),
    "intake.head_again": "l’en-tête répété",
    "intake.is_markup": "une page HTML ou XML, peut-être de connexion",
    "intake.is_old_workbook": (
        "un ancien .xls ou un classeur protégé par un mot de passe : enregistrez-le en .xlsx "
        "sans mot de passe"
    ),
    "intake.is_pdf": "un PDF",
    "intake.is_picture": "une image",
    "intake.is_sqlite": (
        "une base de données SQLite : donnez sqlite:/// et son chemin, avec --table"
    ),
    "intake.is_sqlite_in_app": "une base SQLite : exportez sa table au format CSV",
    "intake.lacks_columns": (
        "{name} n’a pas les colonnes {missing}, avec lesquelles le jeu de données est déclaré"
    ),
    "intake.lacks_head": (
        "aucune ligne de {name} n’a les en-têtes avec lesquels le jeu de données est déclaré "
        ": {known}"
    ),
    "intake.line": "ligne {line} : {said}",
    "intake.no_answer": (
        "{url} ne répond pas : corrigez l’adresse ou le réseau, ou téléchargez le fichier et "
        "donnez-le"
    ),
    "intake.no_cell": "{column} manque",
    "intake.no_certificate": "{url} ne présente pas de certificat reconnu par cette machine",
    "intake.no_column": "il n’y a pas de colonne {column!r} ; il y a {known}",
    "intake.no_database": "la connexion à {url} échoue : {error}",
    "intake.no_database_option": (
        "{option} est pour les bases de données ; {where} n’en est pas une"
    ),
    "intake.no_delivery": "il n’y a pas de livraison {id} ; sa source n’est plus surveillée",
    "intake.no_encoding": (
        "il n’y a pas d’encodage {encoding!r} ; il y a par exemple utf-8, cp1252 ou cp1251"
    ),
    "intake.no_file": "il n’y a pas de fichier {path}",
    "intake.no_json": "{name}, ligne {line} : JSON illisible : {error}",
    "intake.no_measure": (
        "{name} n’a aucune colonne de nombres à surveiller en dehors de {time!r} et de ce "
        "qui distingue les séries"
    ),
    "intake.no_moments": (
        "la colonne {column!r} ne contient pas de dates : il en faut, comme 2026-01-31"
    ),
    "intake.no_objects": "{name} ne contient pas de liste d’objets ; chaque ligne est un objet",
    "intake.no_query": "--query prend un seul SELECT, pas {query!r}",
    "intake.no_rows": "{name} n’a pas de lignes sous son en-tête",
    "intake.no_sheet": "{name} n’a pas de feuille {sheet!r} ; il a {sheets}",
    "intake.no_source": (
        "{where} n’est ni un fichier, ni un dossier, ni un motif, ni une URL lisible : http, https, "
        "s3, ou une base de données par sqlite, mysql, mariadb ou postgresql"
    ),
    "intake.no_such_entry": "une source n’a pas de {name!r} ; elle peut avoir {known}",
    "intake.no_table": (
        "{name} est {what} ; formats lus : CSV, TSV, XLSX, Parquet, JSON et NDJSON, aussi en "
        ".gz, .zst ou .zip"
    ),
    "intake.no_text": (
        "{name} contient des octets qui ne sont pas du texte ; formats lus : CSV, TSV, XLSX, "
        "Parquet, JSON et NDJSON, aussi en .gz, .zst ou .zip"
    ),
    "intake.no_table_in_zip": (
        "aucun des {count} fichiers de {name} ne contient de tableau ({first}) : archivez ceux qui en contiennent un"
    ),
    "intake.no_time": (
        "aucune colonne ne donne le moment d’une ligne : il faut une date comme 2026-01-31 ; "
        "indiquez la colonne avec --time"
    ),
    "intake.no_time_in_app": (
        "aucune colonne ne dit quand une ligne est vraie : il faut une date telle que 2026-01-31 ; si l’une le dit, "
        "choisissez-la ci-dessous, sous « Colonne qui donne le moment »"
    ),
    "intake.no_url": "{url} n’est pas une URL lisible",
    "intake.no_variable": (
        "l’environnement n’a pas de variable {name} : donnez-lui l’URL de la source"
    ),
    "intake.not_allowed": "{url} répond {status} : il faut une autre adresse, ou des identifiants",
    "intake.not_delivered": "{name} n’a pas été livré : {why}",
    "intake.not_encoded": (
        "{name} commence en {codec} et ne l’est plus à l’octet {byte} : enregistrez-le en UTF-8"
    ),
    "intake.not_moment": "{column} : {cell!r} n’est pas de la forme {form}",
    "intake.not_number": "{column} : {cell!r} n’est pas un nombre",
    "intake.not_one_file": (
        "{name} contient {count} {count:fichier|fichiers} ({files}) : décompressez-le et "
        "donnez-en un"
    ),
    "intake.not_watched": "aucune source n’est surveillée pour le jeu de données {name}",
    "intake.marked_number": (
        "la colonne {column!r} a un nombre et une marque dans la même cellule, comme {cell} : écrivez la marque dans sa "
        "propre colonne, ou indiquez --decimal , si la virgule commence les décimales"
    ),
    "intake.marked_number_in_app": (
        "la colonne {column!r} a un nombre et une marque dans la même cellule, comme {cell} : écrivez la marque dans sa "
        "propre colonne ; si la virgule commence les décimales, choisissez-le ci-dessous"
    ),
    "intake.member": "{member} : {why}",
    "intake.members_left_out": (
        "{count} {count:fichier|fichiers} de {name} {count:serait laissé|seraient laissés} de côté ({first:then}) ; rien n’a "
        "été chargé : corrigez-{count:le|les}, ou retirez-{count:le|les} du fichier zip"
    ),
    "intake.note_above": "une ligne au-dessus du tableau",
    "intake.note_era": "{cell!r} dans {column!r} est lu {value}, d’après son ère",
    "intake.note_stacked": (
        "{column!r} contient aussi des périodes plus longues qui regroupent les plus courtes : {count} lignes sont laissées "
        "de côté"
    ),
    "intake.other_calendar": (
        "{cell!r} dans la colonne {column!r} relève d’un autre calendrier que le calendrier grégorien : écrivez ces jours "
        "dans celui-ci, comme 2026-01-31"
    ),
    "intake.fiscal_periods": (
        "la colonne {column!r} contient des parties d’exercices telles que {cell}, et aucun fichier ne dit par quel mois un "
        "exercice commence : écrivez les mois ou les trimestres du calendrier, comme 2026-01 ou 2026 Q1"
    ),
    "intake.fiscal_parts": (
        "la colonne {column!r} contient des exercices tels que {cell}, et aucun fichier ne dit par quel mois ils commencent : "
        "écrivez l’année civile à côté de chaque {part!r}"
    ),
    "intake.note_below": "une note sous le tableau",
    "intake.note_country": "{column!r} dit {country} : les modèles en connaissent les jours fériés",
    "intake.note_columns_to_rows": (
        "{count} colonnes, de {first} à {last}, sont devenues des lignes"
    ),
    "intake.note_dropped_text": (
        "la colonne {column!r} contient des textes de plus de 255 caractères et n’est pas reprise"
    ),
    "intake.note_dropped_total": "la colonne {column!r} est un total et n’est pas reprise",
    "intake.note_events": (
        "beaucoup de lignes partagent un moment : ce sont des événements, regroupés par période"
    ),
    "intake.note_few_periods": (
        "la plupart des modèles attendent d’avoir {needed} périodes, et il y en a {count} pour l’instant"
    ),
    "intake.note_groups": (
        "{column!r} ne donne chaque nom qu’une fois par groupe de lignes ; il figure maintenant dans chaque ligne du groupe"
    ),
    "intake.note_headless": (
        "le fichier n’a pas d’en-tête : les colonnes s’appellent column 1, column 2, …"
    ),
    "intake.note_member": "{member} est laissé de côté : {why}",
    "intake.note_no_chart": (
        "{columns} séparent ce qui ne s’additionne jamais, et un graphique n’a de place que pour une de ces colonnes : "
        "le tableau de bord montre un tableau"
    ),
    "intake.note_not_watched": (
        "{count} séries par {apart} sont trop nombreuses pour être suivies une par une et ne s’additionnent jamais : "
        "aucun modèle ne les suit"
    ),
    "intake.note_nulls": "{values} dans {column!r} signifie que la valeur est inconnue",
    "intake.note_repeats": (
        "{count} {count:ligne répète|lignes répètent} un moment de leur série : la dernière compte"
    ),
    "intake.note_scales": "{cell} dans {column!r} est lu comme {value}",
    "intake.note_short_log": "les modèles attendent d’en avoir trois jours",
    "intake.note_sum_of_series": (
        "{values} de {column!r} est la somme des autres, au dernier chiffre près, à chaque moment : ses lignes sont "
        "laissées de côté"
    ),
    "intake.note_thousands": (
        "{cell} dans {column!r} est compris comme {value}, car rien dans le fichier ne montre un autre signe décimal"
    ),
    "intake.note_weather": "{columns} : c’est la météo autour du reste ; aucun modèle ne la suit",
    "intake.note_watched": (
        "{count} séries sont trop nombreuses pour être suivies une par une : les modèles "
        "suivent {watched}"
    ),
    "intake.note_watched_by_day": (
        "IOP surveille jour par jour ; chaque ligne est conservée telle quelle"
    ),
    "intake.note_watched_by_hour": (
        "IOP surveille heure par heure ; chaque ligne est conservée telle quelle"
    ),
    "intake.note_watched_by_minute": "IOP surveille minute par minute ; chaque ligne est conservée telle quelle",
    "intake.note_watched_by_minutes": "IOP surveille toutes les {count} minutes ; chaque ligne est conservée telle quelle",
    "intake.note_watched_by_month": (
        "IOP surveille mois par mois ; chaque ligne est conservée telle quelle"
    ),
    "intake.note_watched_by_week": (
        "IOP surveille semaine par semaine ; chaque ligne est conservée telle quelle"
    ),
    "intake.note_watched_together": (
        "{count} séries sont trop nombreuses pour être suivies une par une : les modèles les "
        "suivent toutes ensemble"
    ),
    "intake.note_year": (
        "les jours de {column!r} sont sans année : ils sont de {year}, que le fichier dit ailleurs"
    ),
    "intake.several_lengths": (
        "la colonne {column!r} contient des périodes de plusieurs durées, et celles, plus courtes, que {cell} regrouperait "
        "ne sont pas toutes là : gardez des périodes d’une seule durée"
    ),
    "intake.no_year": (
        "la colonne {column!r} a des jours sans année, tels que {cell} : écrivez l’année à côté, ou dans une colonne "
        "Année, ou dans le nom du fichier, comme ventes 2025.csv"
    ),
    "intake.nothing_there": "il n’y a pas de fichier contenant un tableau à {where}",
    "intake.one_column": (
        "{name} n’a qu’une colonne : un tableau a un moment et une valeur, séparés par une "
        "virgule, un point-virgule, une tabulation, une barre ou des blancs alignés"
    ),
    "intake.open_question": "{question} Rien dans le fichier n’en décide ; indiquez {ways:or}",
    "intake.open_question_in_app": (
        "{question} Rien dans le fichier n’en décide : ouvrez-le de nouveau et répondez"
    ),
    "intake.open_quotes": (
        "{name}, ligne {line} : {error} ; des guillemets y sont peut-être restés ouverts"
    ),
    "intake.other_currency": (
        "la colonne {column!r} contient d’autres devises que {known}, la seule de {dataset} jusqu’ici, dont les panneaux et les "
        "modèles additionnent les montants : chargez ce fichier sous un autre nom"
    ),
    "intake.other_shape": (
        "ses colonnes ne sont pas celles de la plupart des fichiers à côté ; chargez-le séparément"
    ),
    "intake.other_columns": (
        "{name} n’a pas les colonnes {missing}, avec lesquelles le jeu de données est déclaré "
        "; il a à la place les colonnes {others}"
    ),
    "intake.over_new_year": (
        "les jours de la colonne {column!r} sont sans année et ne sont peut-être pas tous de {year} : leur ordre peut "
        "cacher un changement d’année, ou ils suivent le jour dans le nom du fichier ; écrivez l’année à côté de chacun"
    ),
    "intake.ragged": "aucune ligne du fichier n’a autant de champs que la plupart",
    "intake.parted_number": (
        "les lignes de {name} ont {count} champs et son en-tête {head} : la virgule d’un nombre le coupe peut-être, comme "
        "{cell} ; mettez ces nombres entre guillemets, ou nommez chaque colonne"
    ),
    "intake.part_of_moment": (
        "la colonne {column!r} semble faire partie de l’instant et ne peut pas être lue ainsi : "
        "mettez le jour et l’heure dans une seule colonne"
    ),
    "intake.ruled": "un trait entre les lignes",
    "intake.same_name": (
        "deux fichiers seraient le même jeu de données {name!r} : chargez-les l’un après "
        "l’autre, chacun avec --name"
    ),
    "intake.silent": (
        "{url} n’a pas répondu en {seconds} secondes : réessayez, ou téléchargez le fichier "
        "et donnez-le"
    ),
    "intake.slow_query": (
        "{name} a pris plus de {seconds} secondes et a été interrompu : restreignez-le par "
        "--query, indexez sa colonne --watermark, ou augmentez --timeout"
    ),
    "intake.store_not_allowed": (
        "{url} n’est pas accessible : définissez AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY, "
        "ou leurs équivalents"
    ),
    "intake.too_few_periods": (
        "{name} a {count} {count:période différente|périodes différentes} : il en faut au moins {least} ; ajoutez les lignes "
        "d’autres périodes"
    ),
    "intake.too_few_rows": (
        "{name} a {count} {count:ligne lisible|lignes lisibles} : il en faut au moins {least} pour en apprendre quelque "
        "chose ; ajoutez les lignes d’autres périodes"
    ),
    "intake.too_large": "{name} dépasse {megabytes} Mo une fois décompressé : divisez-le",
    "intake.too_many_columns": (
        "{name} a {count} colonnes, {most} au plus sont lues : gardez celles qui comptent"
    ),
    "intake.too_many_files": (
        "{where} contient {count} fichiers ; {most} au plus sont lus à la fois : nommez-en moins par "
        "un motif comme 2026-*.csv"
    ),
    "intake.too_much_refused": (
        "{bad} lignes sur {total} de {name} sont illisibles, plus de {most} % ({first:then}) "
        "; rien n’a été chargé : corrigez le fichier, ou indiquez la colonne du moment avec "
        "--time, l’ordre des dates avec --dates, le signe décimal avec --decimal"
    ),
    "intake.too_much_refused_in_app": (
        "{bad} des {total} lignes de {name} sont illisibles, plus de {most} % ({first:then}) ; rien n’a été chargé : "
        "corrigez le fichier, ou choisissez ci-dessous la colonne qui donne le moment, la lecture des dates ou le signe décimal"
    ),
    "intake.total": "un total",
    "intake.two_orders": (
        "dans la colonne {column!r}, l’ordre des lignes montre que jour et mois sont parfois inversés : écrivez toutes les dates d’une seule façon, en année-mois-jour"
    ),
    "intake.two_tables": (
        "{name} contient un autre tableau à partir de la ligne {line} : donnez chacun dans son propre fichier"
    ),
    "intake.unknown_scale": "{scale!r} ne multiplie aucun nombre ; il y a {known}",
    "intake.unknown_era": "{era!r} n’est pas une façon de compter les années ; il y a {known}",
    "intake.unknown_form": "{form!r} n’est pas une forme de date ; il y a {known}",
    "intake.watch_one": (
        "une source avec un jeu de données est surveillée à la fois, pas {sources} avec "
        "{names:and} : surveillez chacune par `iop intake add`, avec son propre motif"
    ),
    "intake.which_table": "{url} demande --table ou --query ; ses tables sont {tables}",
    "intake.width": "a {count} {count:champ|champs}, l’en-tête en a {head}",
    "intake.within_period": (
        "{column} : {cell!r} se situe à l’intérieur de la période qui commence le {period} et en remplacerait la ligne : "
        "chargez les fichiers qui ont de tels moments comme un jeu de données à part"
    ),
    "intake.wrong_reference": "{reference!r} ne nomme pas de variable ; env:SALES_URL en nomme une",
    "intake.zip_of_shapes": (
        "{name} contient des tableaux de {count} formes, dont aucune n’est celle de la plupart ({groups:then}) : "
        "décompressez-le et chargez ensemble les fichiers de chaque forme"
    ),
    "key.not_text": "la clé {key!r} n’est pas un texte",
    "kind.dates": "des dates",
    "kind.moments": "des dates et heures",
    "kind.numbers": "des nombres",
    "kind.text": "du texte",
    "layout.no_such_chart": "il n’y a pas de graphique {number} ; il y en a {count}, comptés à partir de 1",
    "layout.no_such_word": "{{{word}}} n’est pas une colonne du tableau {table} ; il a {known:and}",
    "layout.words_need_data": "{{{word}}} est une colonne d’un tableau ; nommez ce tableau dans data",
    "link.used": "ce lien a déjà servi, ou il est trop vieux ; demandez-en un autre",
    "measure.lacks_field": "pas de champ {name}",
    "measure.no_such_field": "{place} : {name!r} n’est pas un champ",
    "measure.not_of_input": "{name!r} n’est pas une mesure de l’entrée ; il y a {known}",
    "measure.unknown": "pas de mesure {name}",
    "measure.not_named": "le jeu de données {dataset} n’a pas de mesure {name}",
    "measure.wrong_type": "{name!r} est de type {found} ; {kind} demande {takes}",
    "measures.no_such": "{owner} n’a pas de mesure {name!r} ; il y a {known}",
    "migration.locked": (
        "un autre processus migre cette base depuis {limit_s} s ; voir SHOW PROCESSLIST, "
        "puis relancez `iop migrate`"
    ),
    "migration.unknown_revision": (
        "la révision {revision!r} du schéma est inconnue ; il y a base, {known}, head"
    ),
    "model.dataset_without_step": (
        "le jeu de données {name!r} contient des événements sans pas (`freq: null`), et "
        "un modèle lit des périodes : ajoutez une étape `resample`"
    ),
    "model.deprecated": (
        "le modèle {name} {version} est retiré ; activez-le, ou exécutez une version active"
    ),
    "model.exists_differently": (
        "le modèle {label} existe déjà (numéro {id}) avec un autre contenu ({changed}) ; "
        "augmentez la version"
    ),
    "model.forecast_or_runtime": "donnez soit --forecast, soit --runtime",
    "model.no_earlier_version": (
        "le modèle {name!r} n’a pas de version antérieure qui ait été active"
    ),
    "model.lacks": (
        "le modèle {label} est un brouillon incomplet ; créez-le de nouveau avec ce qui manque : "
        "{lacks:then}"
    ),
    "model.not_named": "il n’y a pas de modèle {name}",
    "model.was_deleted": "le modèle a été supprimé",
    "model.not_found": "il n’y a pas de modèle {id}",
    "model.of_the_demo": "fait partie de la démonstration",
    "model.reads_little": "son historique de {history:,} périodes est plus court que ce que son moteur regarde : les nouveaux points seraient jugés sur trop peu ; indiquez `history: {needed}` ou plus",
    "model.reads_other": "le modèle {name} lit {dataset!r}, pas {wanted!r}",
    "model.register_without": (
        "{said} ; enregistrez une nouvelle version du modèle {label} sans cela"
    ),
    "model.registered": "enregistrée",
    "model.renamed": (
        "le modèle {name!r} a été renommé au même moment ; rien n’a été changé, réessayez"
    ),
    "model.replaced": "remplacée par {version}",
    "model.rolled_back": "retour à la version précédente",
    "model.wrong_transition": (
        "le modèle {label} est à l’état {status} : il peut passer à {allowed:or}"
    ),
    "moment.day": "{day:date}",
    "moment.no_iso": "{value!r} n’est pas une date ou heure ISO",
    "moment.not_iso": "{text!r} n’est pas une date ou heure ISO comme 2013-02-08",
    "moment.out_of_range": "doit être entre les années 1 et 9999 en UTC",
    "moment.past": "{moment} est passé ; il est {now} UTC",
    "moment.time": "{day:date} à {time:time}",
    "moment.too_early": (
        "{text!r} est avant l’an {year}, où commencent les dates des bases de données"
    ),
    "moment.wrong_form": "doit être une date et une heure comme 2026-01-31T09:00:00Z",
    "month.name": "{month:month}",
    "months.every": "de chaque mois",
    "months.some": "du mois en {all:and}",
    "move.among_ids": "table {table}, entre les numéros {first} et {last}",
    "move.in_table": "table {table}",
    "move.no_database": (
        "il n’y a pas de base IOP à {path} ; nommez un dossier ou sqlite:///FICHIER"
    ),
    "move.not_copied": "{url} n’a pas pu être copié vers {wanted} : {error} ; rien n’a été déplacé",
    "move.not_sqlite": (
        "{home} garde ses données sur un serveur, pas dans SQLite : déplacez-les avec mysqldump"
    ),
    "move.not_taken": "{kind} : {where} : {error} ; rien n’a été déplacé",
    "move.pending_revisions": (
        "il manque à {url} les révisions {revisions} : lancez d’abord `iop migrate --home "
        "{home}` sans DATABASE_URL"
    ),
    "move.row_does_not_fit": "une ligne n’entre pas",
    "move.rows_are_one": "deux lignes n’en font qu’une là-bas",
    "move.rows_lost": "des lignes ont été perdues en route ({tables}) ; rien n’a été déplacé",
    "move.target_holds_data": (
        "la base de destination contient déjà des données : {tables} ; rien n’a été changé. "
        "Nommez une base vide"
    ),
    "move.target_is_sqlite": (
        "la cible est SQLite ; donnez à DATABASE_URL=mysql+pymysql://… le serveur de destination"
    ),
    "name.among": "{name!r} ; il y a {known}",
    "name.any": "quelconque",
    "name.near": "{name!r} ; vouliez-vous dire {near!r} ?",
    "name.no_datasets": "aucun jeu de données",
    "name.none": "{name!r} ; il n’y en a aucun",
    "name.nothing": "aucun",
    "name.twice": "{name!r} est nommé deux fois",
    "nth.first": "premier",
    "nth.fourth": "quatrième",
    "nth.last": "dernier",
    "nth.second": "deuxième",
    "nth.third": "troisième",
    "number.out_of_range": "vaut {given!r} ; valeurs possibles : 1 à {most}",
    "oidc.answered": "le fournisseur a répondu {error!r}",
    "oidc.bad_subject": "le sujet du jeton d’identité est vide ou trop long",
    "oidc.code_refused": "le fournisseur n’accepte pas le code : {error}",
    "oidc.id_token_wrong": "le jeton d’identité n’est pas valable : {error}",
    "oidc.incomplete": (
        "une connexion par OpenID demande IOP_OIDC_ISSUER, IOP_OIDC_CLIENT_ID et "
        "IOP_OIDC_CLIENT_SECRET"
    ),
    "oidc.issuer_differs": (
        "IOP_OIDC_ISSUER vaut {issuer!r}, mais le fournisseur s’appelle {found!r}"
    ),
    "oidc.issuer_not_https": "IOP_OIDC_ISSUER vaut {issuer!r} ; il commence par https://",
    "oidc.no_code": "le fournisseur n’a pas envoyé de code",
    "oidc.no_id_token": "le fournisseur n’a pas envoyé de jeton d’identité",
    "oidc.no_public_url": (
        "une connexion par OpenID demande IOP_PUBLIC_URL : c’est là que le fournisseur "
        "renvoie les personnes"
    ),
    "oidc.not_begun_here": (
        "elle n’a pas été commencée dans ce navigateur, ou il y a trop longtemps ; recommencez"
    ),
    "oidc.other_client": "le jeton d’identité a été émis pour un autre client",
    "oidc.other_issuer": "la réponse vient d’un autre émetteur",
    "oidc.other_nonce": "le nonce n’est pas celui qui a été envoyé",
    "oidc.other_state": "l’état n’est pas celui qui a été envoyé",
    "oidc.unknown_key": (
        "le jeton d’identité est signé avec une clé que le fournisseur ne publie pas"
    ),
    "onnx.breaks": "l’examen de {name!r} a pris plus de {limit_s} s ou plus de {megabytes:,} Mo de mémoire ; exportez-le de nouveau, ou plus petit",
    "onnx.breaks_here": "l’examen de {name!r} a pris plus de {limit_s} s ou plus de {megabytes:,} Mo de mémoire, le maximum pour un fichier envoyé par l’application ; réduisez-le, ou enregistrez-le par `iop model store FICHIER`, qui peut en prendre {most:,} Mo",
    "onnx.cannot_be_run": "ONNX Runtime {version} ne comprend pas {name!r}, exportez-le avec des opérateurs qu’il connaît : {error}",
    "onnx.changed": "le fichier enregistré avec la somme de contrôle {checksum} a été modifié ; enregistrez-le de nouveau",
    "onnx.external_data": "{name!r} garde des nombres dans d’autres fichiers ; exportez-le en un seul fichier",
    "onnx.failed": "{name!r} a échoué : {error}",
    "onnx.look_ended": "{name!r} n’a pas pu être examiné : le processus qui devait le faire s’est terminé avec le statut {status} ({last})",
    "onnx.no_file": "{name!r} n’est pas un fichier ONNX ; exportez le modèle en ONNX",
    "onnx.no_output": "{name!r} n’a aucune sortie d’une ligne de nombres pour chaque ligne reçue, exportez-le avec une telle sortie ; il a {found:and}",
    "onnx.no_store": "il n’y a pas ici de lieu pour les fichiers de modèles ; définissez IOP_STORAGE_URL",
    "onnx.not_stored": "aucun fichier avec la somme de contrôle {checksum} n’est enregistré ; envoyez-le sur la page qui enregistre des modèles, ou enregistrez-le par `iop model store FICHIER`",
    "onnx.other_input": "l’entrée {input!r} de {name!r} est {type} de la forme {shape} ; il faut des lignes de float ou double, en nombre quelconque",
    "onnx.store_refuses": "le stockage {url} ne prend ou ne rend pas de fichier de modèle : {error}",
    "onnx.too_large": "{name!r} dépasse {megabytes:,} Mo, le maximum accepté ici : réduisez-le, ou demandez à la personne chargée de l’instance d’autoriser davantage par IOP_UPLOAD_MB",
    "operation.takes_numbers": "{name} demande des nombres, pas {kind}",
    "operation.takes_one_kind": "{name} demande des valeurs d’un même type, pas {kinds:and}",
    "output.broken": "sortie de {label} : {said}",
    "outputs.file_changed": "ce que l’exécution {id} a calculé se trouve dans {url}, qui est désormais un autre fichier : restaurez-le ou relancez l’exécution",
    "outputs.file_missing": "ce que l’exécution {id} a calculé se trouve dans {url}, qui n’existe pas : restaurez ce fichier ou relancez l’exécution",
    "outputs.store_away": "ce que l’exécution {id} a calculé se trouve dans {url}, dont le stockage ne répond pas : {error}",
    "outputs.store_refuses": "le stockage {url} ne prend pas ce qu’une exécution a calculé : {error}",
    "outputs.too_many": "plus de {most} lignes antérieures au {before} se trouvent dans des fichiers : demandez moins de séries, d’exécutions ou de périodes",
    "owner.dataset": "le jeu de données {name!r}",
    "owner.output": "la sortie d’un modèle",
    "package.file_missing": "{name} n’est ni dans le paquet installé ni à la racine",
    "page.about_data": "Tous les tableaux et graphiques ont été lus en une seule fois, le {read:day} ({zone}) ; les jours vont de minuit à minuit dans ce fuseau horaire. Le premier et le dernier jour font partie de la période, sauf si elle indique des heures. Le score de qualité est la moyenne des livraisons que la période touche.",
    "page.from": "contre {value}",
    "page.lowest_delivery": "livraison utilisée la plus basse {score}",
    "page.data_until": "données jusqu’au {until:moment}",
    "page.made": "Établi par IOP le {day:day} à {made:time}, données lues à {read:time} ({zone})",
    "page.named": "{label} : {value}",
    "page.not_set": "non défini",
    "page.number": "Page {number} sur {count}",
    "page.of_100": "{score} sur 100",
    "page.of_table": "« {table} » : {said}",
    "page.open": "{count:,} {count:ouverte|ouvertes}",
    "page.parameter": "{name} = {value}",
    "page.parameters": "Paramètres : {all}.",
    "page.part": "Partie {number} sur {count}",
    "page.rows_printed": "{said} sont imprimées.",
    "page.rows_read": "« {table} » : {said} ont été lues.",
    "page.shown_of_more_open": "{count:,} {count:affichée|affichées}, d’autres sont ouvertes",
    "page.subtotals_printed": "{shown:,} sous-totaux sur {total:,} sont imprimés.",
    "panel.irregular": "aucune série ne suit le pas {freq} : la plupart des instants de {series!r} partagent une période avec d’autres, comme {moment} ; déclarez un pas plus fin ou rééchantillonnez le jeu de données",
    "panel.not_found": "il n’y a pas de panneau {id}",
    "panel.not_of_dashboard": (
        "{id} n’est pas un panneau de ce tableau de bord, ou est donné deux fois"
    ),
    "panel.not_sorted": "les lignes ne sont pas triées par série",
    "panel.off_grid": "ds {moment} n’est pas un nombre entier de périodes ({freq}) après {origin}",
    "panel.other_chart": (
        "le premier graphique est de type {first} ; un panneau {type} en demande un de type {type}"
    ),
    "panel.repeats": "la série {series!r} a ds {moment} deux fois ou dans le désordre",
    "param.dropped": (
        "{name!r} n’est plus un paramètre : la méthode le détermine elle-même ; supprimez-le"
    ),
    "param.replaced": "{name!r} n’est plus un paramètre ; indiquez {by} à la place",
    "parameter.needed": "n’a ni valeur ni valeur par défaut, et n’est pas facultatif",
    "parameter.not_found": "aucun paramètre ne s’appelle {name!r}",
    "parameter.not_taken": "{name} : aucun paramètre n’est admis ici",
    "parameter.twice": "{name} : donné deux fois ; une liste est une seule valeur JSON",
    "parameter.unknown": "pas de paramètre {name}",
    "parameter.without_value": "le paramètre n’a pas de valeur ; donnez-lui une valeur par défaut",
    "partition_key.wrong_form": (
        "{key!r} n’est pas une clé de partition ; une clé ressemble à 12.delay-trend@v1.0.0"
    ),
    "partitions.none_waiting": "aucun élément ({kind}) n’attend pour ces partitions",
    "partitions.refused": (
        "{kind} {partitions} : les données ne sont pas encore préparées ou un autre "
        "run s’en occupe ; cela reste en file et démarre tout seul"
    ),
    "password.not_yours": "ce n’est pas votre mot de passe",
    "password.too_easy": "ce mot de passe est trop facile à deviner",
    "password.wrong_length": "un mot de passe compte de {least} à {most} caractères, pas {count}",
    "pattern.edge_of_word": (
        "{pattern!r} contient \\{name}, que RE2 ne connaît qu’en ASCII ; dites ce qui peut se "
        "trouver à côté du mot, comme (^|\\W)mot(\\W|$)"
    ),
    "pattern.not_valid": (
        "{pattern!r} n’est pas un motif RE2 valable : {said} ; les assertions avant et "
        "arrière et les renvois ne sont pas admis, car une recherche avec eux peut ne jamais "
        "finir"
    ),
    "pdf.library_missing": "{said} ; installez-la avec : {command}",
    "pdf.renderer_ended": (
        "le moteur de rendu PDF s’est arrêté avec {status}, dans la limite de {memory_mb} Mo "
        "et de {cpu_s} secondes de processeur : {last}"
    ),
    "pdf.said_nothing": "il n’a rien dit",
    "pdf.unforeseen": "un long tableau n’est pas mis en page comme prévu : {what}",
    "pdf.too_slow": "le rendu du PDF a pris plus de {timeout_s} s ; réduisez le « Nombre maximal de lignes par tableau » de son gabarit",
    "performance.holds_less": "depuis {since}, l’intervalle des prévisions de {label} contient {now:g} valeurs sur 100 ; dans les {count} semaines ou périodes précédentes, il en contenait {before:g}",
    "performance.misses_more": "depuis {since}, l’erreur des prévisions de {label} vaut {now:g} fois celle d’une simple répétition de la dernière saison ; dans les {count} semaines ou périodes précédentes, elle en valait {before:g} fois",
    "performance.recovered": "les prévisions sont aussi bonnes qu’avant",
    "performance.replaced": "la version n’est plus active",
    "period.beyond_calendar": "{words!r} dépasse le calendrier",
    "period.day": "{day:date}",
    "period.days": "du {first:date} au {last:date}",
    "period.ends_before_start": "finit à {end}, pas après son début {start}",
    "period.moments": "du {start:day} au {end:day} exclu",
    "period.month": "{month:month} {year}",
    "period.moves": "{words!r} est une autre période chaque jour ; donnez ses jours, {{from, to}}",
    "period.not_whole_days": "{label!r} est une date ; la période doit compter des jours entiers",
    "period.too_long": "dépasse {most} ans",
    "period.unknown_words": "{words!r} n’est pas une période ; possibles : {known}",
    "period.year": "{year}",
    "pipeline_runs.needs_drm": "pipeline_runs se lit dans DRM ; donnez sa connexion",
    "pipeline_runs.never_scored": (
        "{source} n’a jamais de score, et {threshold:g} ne serait jamais atteint ; retirez ce seuil"
    ),
    "pipeline_runs.no_such_measure": "pipeline_runs n’a pas de mesure {name}",
    "pipeline_runs.takes_no_where": (
        "pipeline_runs a une série par pipeline et ne prend pas de where"
    ),
    "platform.fault": "une erreur s’est produite ; le journal la contient",
    "platform.part_silent": "une partie de la plateforme ne répond pas ; réessayez",
    "platform.stopping": "la plateforme est en cours d’arrêt",
    "port.taken": "le port {port} de {host} est pris ({why}) ; choisissez-en un autre avec --port",
    "procedure.for_admins": "{procedure} est réservé aux administrateurs",
    "procedure.takes_method": "{path} demande {method}",
    "procedure.unknown": "pas de procédure {path!r}",
    "procedure.wrong_method": "{path} est de type {kind} : {methods:or}, pas {method}",
    "provider.keys_unreadable": "les clés de {issuer} ne peuvent pas être lues : {error}",
    "provider.names_none": "le fournisseur {issuer} n’indique pas de {name} en https",
    "provider.no_role": "le fournisseur ne donne à ce compte aucun rôle dans IOP",
    "provider.not_an_object": "{url} n’est pas un objet JSON",
    "provider.silent": "le fournisseur {issuer} ne répond pas : {error}",
    "quality.scored": "le traitement DRM {id} a le score {score:g}",
    "query.computes": (
        "une requête compare des champs à des valeurs et à d’autres champs ; ce qui se "
        "calcule est une colonne dérivée par une étape du jeu de données"
    ),
    "query.not_among_datasets": "{name!r} n’est pas un des jeux de données {known!r}",
    "query.not_an_object": "la requête est de type {type} ; ce doit être un objet JSON",
    "reader.broke": "le serveur n’a pas pu terminer cette opération ; réessayez",
    "reader.broke_again": (
        "le serveur a échoué plusieurs fois sur cette demande ; demandez-en moins, ou "
        "prévenez un administrateur"
    ),
    "reader.too_busy": "le serveur était trop occupé pour répondre en {limit_s:g} s ; réessayez",
    "reader.too_many_waiting": "trop de vos demandes sont en attente ; réessayez dans {wait_s} s",
    "recommendation.decided_already": (
        "quelqu’un d’autre a décidé de la recommandation {id} entre-temps"
    ),
    "recommendation.not_found": "il n’y a pas de recommandation {id}",
    "recommendation.not_open": (
        "la recommandation {id} est déjà traitée ; seule une recommandation ouverte peut attendre"
    ),
    "reference.needs_shared_database": "la table de référence {table} demande la base partagée",
    "reference.no_such_column": (
        "join_reference : la référence n’a pas de colonne {name!r} ; il y a {known!r}"
    ),
    "reference.no_such_table": "la base partagée n’a pas de table {name}",
    "reference.not_among": "pas de référence {name!r} ; il y a {known}",
    "reference.repeats": "join_reference : {key} {value!r} est deux fois dans la référence",
    "reference.wrong_type": (
        "join_reference : {source} de la référence contient {value!r}, qui n’est pas de type "
        "{type} comme `types` le dit de {name}"
    ),
    "remote.answered": "{where} a répondu avec le statut {status} : {said}",
    "remote.encoded": "{where} a envoyé une réponse compressée (content-encoding {encoding!r}), qui n’est pas décompressée ; désactivez la compression sur le serveur, ou sur le proxy placé devant lui",
    "remote.no_address": "{url} n’est pas l’adresse d’un serveur ; donnez-la sous la forme https://models.example:8443",
    "remote.no_json": "{where} a répondu ce qui n’est pas du JSON",
    "remote.no_metadata": "{where} ne dit pas quels {side} le modèle a",
    "remote.no_numbers": "{where} a répondu pour {output!r} ce qui n’est pas des nombres",
    "remote.no_output": "{where} a répondu sans la sortie {output!r}",
    "remote.no_token": "l’environnement n’a pas de variable {name} avec le jeton du serveur de modèles ; définissez-la pour les processus de l’instance",
    "remote.not_allowed": "{url} ne peut pas être appelé ; qui administre l’instance l’autorise par IOP_MODEL_SERVERS",
    "remote.other_input": "l’entrée {input!r} de {where} est {datatype} de la forme {shape} ; il faut FP32 ou FP64 en un nombre quelconque de lignes, [-1, colonnes]",
    "remote.other_shape": "{where} a répondu pour {output!r} avec la forme {shape} à {rows:,} lignes, ou avec un autre compte de nombres",
    "remote.redirects": "{where} renvoie l’appel ailleurs (statut {status}), ce qui n’est pas suivi ; donnez sa propre adresse",
    "remote.refused": "{where} n’accepte pas le jeton (statut {status}) ; vérifiez la variable {token}",
    "remote.silent": "{where} n’a pas donné de réponse entière en {seconds} s ({error})",
    "remote.too_large": "{where} a répondu plus de {megabytes} Mo",
    "rename.twice": "la colonne {header!r} reçoit deux noms",
    "replay.day_out_of_range": "{day} n’est pas entre {first} et {last}",
    "replay.other_plan": (
        "la base de DRM a été rejouée selon le plan {there}, celui-ci est {wanted} ; "
        "commencez avec un autre dossier"
    ),
    "replay.too_few_days": "days vaut {days} ; il doit valoir 1 ou plus",
    "report.being_made": (
        "le rapport {id} du gabarit de rapport {name!r} est en cours de production ; attendez "
        "qu’il soit prêt"
    ),
    "report.changed_since": "modifié depuis le rapport {id} : {said}",
    "report.empty_for_owner": "il est vide ; seul le propriétaire du gabarit en a été informé",
    "report.empty_not_sent": "il est vide ; il n’a été envoyé à personne",
    "report.file_lost": "le fichier du rapport {id} n’est plus dans le stockage",
    "report.file_removed": (
        "le fichier du rapport {id} a été supprimé le {day:date} par la règle de "
        "conservation ; produisez-le à nouveau"
    ),
    "report.has_no_pages": "le rapport {id} est au format {format} ; seul un PDF a des pages",
    "report.incomplete": "incomplet : {known} {known:jour|jours} sur {days}",
    "report.late": "des données qui manquaient sont arrivées après : {sources}",
    "report.incomplete_years": "incomplet : {known} {known:an|ans} sur {days}",
    "report.incomplete_weeks": "incomplet : {known} {known:semaine|semaines} sur {days}",
    "report.incomplete_quarters": "incomplet : {known} {known:trimestre|trimestres} sur {days}",
    "report.incomplete_months": "incomplet : {known} mois sur {days}",
    "report.lacks_tables": (
        "le résultat conservé n’a pas {tables:and}, que montre un fichier au format {format} ; générez le rapport à nouveau"
    ),
    "report.no_glyph": (
        "aucune police disponible n’a {count:,} des caractères : {shown} ; installez {packages:and} là où les rapports sont générés"
    ),
    "report.no_moment": (
        "rien n’indique à partir de quel moment le rapport {id} compte ses périodes, car il est antérieur à la "
        "conservation de cette information ; générez plutôt un nouveau rapport de son gabarit"
    ),
    "report.no_pdf": "le rapport {id} n’a pas de PDF ; choisissez PDF parmi les autres fichiers de son gabarit et générez-le à nouveau",
    "report.no_result": (
        "le rapport {id} a été généré avant la conservation des résultats et n’existe pas au format {format} ; générez-le à nouveau"
    ),
    "report.no_such_form": "as vaut {given!r} ; valeurs possibles : {known:or}",
    "report.no_such_id": "aucun rapport n’a le numéro {id}",
    "report.no_such_page": "le rapport {id} n’a pas de page {number}",
    "report.not_found": "il n’y a pas de rapport {id}",
    "report.not_ready": "le rapport {id} n’est pas prêt ; seul un rapport prêt a un fichier",
    "report.not_waiting": "le rapport {id} n’attend pas de données",
    "report.of_file": "{format} : {said}",
    "report.reissue_being_made": "le rapport {id} est en cours de génération à sa place",
    "report.restated": "des données qu’il montre ont été livrées à nouveau : {sources}",
    "report.restated_day": "{label}, {day:date}",
    "report.restated_of": "{label}, du {first:date} au {last:date}",
    "report.restated_whole": "{label}",
    "report.result_changed": "le résultat conservé n’est plus celui d’origine ; générez le rapport à nouveau",
    "report.rows": "{count:,} {count:ligne|lignes}",
    "report.rows_of": "{shown:,} sur {total:,} {total:ligne|lignes}",
    "report.text_outside": "{count:,} {count:texte dépasse|textes dépassent} la place prévue sur la page, à commencer par {first!r}",
    "report.text_over": "{count:,} {count:texte en recouvre un autre|textes en recouvrent d’autres}, à commencer par {first!r}",
    "report.texts_cut": "{count:,} {count:texte est coupé|textes sont coupés} à {most:,} caractères",
    "report.too_large_to_preview": "le rapport {id} est trop grand pour un aperçu ; téléchargez-le",
    "report.unchanged_since": "rien n’a changé depuis le rapport {id}",
    "report.waited": "il a attendu des données jusqu’au {until:moment} UTC",
    "reports.store_refuses": "le stockage {url} n’accepte pas de fichier : {error}",
    "reports.store_silent": "le stockage des rapports ne répond pas",
    "request.method_not_answered": "{method} n’a pas de réponse ici",
    "request.no_origin": "une requête avec un cookie nomme son origine",
    "request.other_origin": "la requête vient d’une autre origine",
    "request.other_site": "la requête vient d’un autre site",
    "resample.too_large": (
        "une somme de {column!r} dépasse ce qu’un nombre entier ou décimal peut "
        "contenir (18 chiffres) : lisez-la comme number, ou avec moins de décimales"
    ),
    "result.no_such_column": "la table {table!r} n’a pas de colonne {name!r}",
    "result.no_such_table": "le résultat n’a pas de table {name!r}",
    "rhythm.days": "à {count:g} {count:jour|jours} d’intervalle",
    "rhythm.hours": "à {count:g} {count:heure|heures} d’intervalle",
    "row.above": "supérieur à {limit}",
    "row.below": "inférieur à {limit}",
    "row.exact_duplicate": "doublon exact d’une ligne suivante",
    "row.gap": "{columns} inconnu",
    "row.key_twice": "une autre ligne a la même",
    "row.missing": "absent",
    "row.no_rate": "aucun taux vers {currency} dans les {days} jours",
    "row.no_such_local_time": "ambigu ou inexistant dans le fuseau {zone}",
    "row.not_a": "n’est pas de type {type}",
    "row.not_an": "n’est pas de type {type}",
    "row.not_in_reference": "absent de la référence",
    "row.not_one_of": "n’est pas une des {count} valeurs admises",
    "row.outside_window": "hors de la fenêtre du traitement",
    "row.restated": "remplacée par une ligne suivante",
    "row.too_long": "plus de {most} caractères",
    "rule.is_text": "est un texte ; un nombre est attendu",
    "rules.called_alike": "deux règles s’appellent {name!r}",
    "rules.too_deep": "les règles sont imbriquées sur plus de {most} niveaux",
    "run.canceled": "le run Dagster {id} a été annulé",
    "run.ended": "le run Dagster {id} s’est terminé ({status}) sans résultat",
    "run.gave_up": "{why} ; abandon après {count} {count:départ|départs}",
    "run.lost": "le run Dagster {id} a été perdu",
    "run.not_launched": "aucun run Dagster n’a été lancé",
    "runtime.found_unknown": (
        "le moteur {name!r} a trouvé {found} ; sa ligne du catalogue a {known}"
    ),
    "runtime.of_other_type": (
        "{runtime!r} est un moteur de type {belongs_to} et le modèle est de type {type} ; "
        "moteurs possibles : {known}"
    ),
    "runtime.unknown": "il n’y a pas de moteur {name}",
    "said.and_more": "{said} (et {count} de plus)",
    "said.at": "{place} : {said}",
    "said.at_line": "{file}, ligne {line} : {said}",
    "said.lines": "{all:lines}",
    "said.list": "{all:then}",
    "said.parts": "{all}",
    "schedule.at": "{days} {times}",
    "schedule.in_zone": "{words} ({zone})",
    "schedule.no_day_of_month": (
        "{word!r} dans {text!r} n’est pas un jour du mois ; possibles : 1 à 31, last, ou "
        "first-mon à last-sun"
    ),
    "schedule.either_day": "{words} (l’un ou l’autre suffit)",
    "schedule.no_date": "{word!r} dans {text!r} n’est pas une date ; par exemple 2026-12-31",
    "schedule.no_day_of_year": "{word!r} dans {text!r} n’est pas un jour de l’année ; mois et jour, par exemple 03-01",
    "schedule.no_weeks": "{count} semaines ; possibles : 1 à {most}",
    "schedule.until": "{words}, jusqu’au {day:date}",
    "schedule.no_moment": "{text!r} ne nomme pas de moment, comme 2026-12-01T09:00",
    "schedule.no_time": "{word!r} dans {text!r} n’est pas une heure ; possibles : 00:00 à 23:59",
    "schedule.no_weekday": (
        "{word!r} dans {text!r} n’est pas un jour de la semaine ; possibles : {known}"
    ),
    "schedule.not_iso": (
        "{text!r} n’est pas un moment ; possible : une heure ISO comme 2026-12-01T09:00"
    ),
    "schedule.once": "une fois, le {day:date} à {time:time}",
    "schedule.past": "{text!r} est passé et n’arriverait jamais ; il est {now} UTC",
    "schedule.unknown": "{text!r} n’est pas une planification ; formes possibles : {known}",
    "schedule.unknown_time_zone": (
        "{name!r} dans {text!r} n’est pas un fuseau horaire IANA comme Africa/Lagos"
    ),
    "schedule.wrong_length": "{text!r} est vide ou compte plus de {most} caractères",
    "schema.column_not_an_object": "est {given!r} ; il faut un objet avec un type",
    "schema.enum_length": "doit contenir de 1 à {most} valeurs en plus de null",
    "schema.not_a_cell": "est {given!r} ; une cellule est un texte, un nombre, un booléen ou null",
    "schema.not_a_property": "{name!r} n’est pas une des propriétés",
    "schema.not_an_object": "est de type {type} ; il faut un objet JSON Schema",
    "schema.not_count": "est {given!r} ; il faut un nombre entier à partir de 0",
    "schema.not_names": "est {given!r} ; il faut une liste de noms de colonnes",
    "schema.not_of_rows": "est {given!r} ; le type d’une ligne est 'object'",
    "schema.not_truth": "peut être true ou false sur des lignes",
    "schema.not_valid": "n’est pas un JSON Schema valable : {said}",
    "schema.only_null": "une colonne qui ne contient que null peut être omise",
    "schema.pattern_too_long": "compte {count} caractères ; {most} au plus sont admis",
    "schema.unknown_format": "est {given!r} ; possibles : {known:or}",
    "schema.unknown_type": "est {given!r} ; une colonne peut être {known}",
    "schema.unsupported_keyword": "ce mot-clé n’est pas admis sur des lignes ; admis : {known}",
    "schema.wrong_column_count": "décrit {count} {count:colonne|colonnes} ; possible : 1 à {most}",
    "schema.wrong_dialect": "est {given!r} ; possible : {dialect}",
    "secret_key.can_be_guessed": (
        "{where} est une valeur connue ou peut être deviné : créez-en une avec `{command}` "
        "et donnez-la à chaque réplique"
    ),
    "secret_key.not_set": (
        "IOP_SECRET_KEY n’est pas défini, et DATABASE_URL nomme un serveur : créez-en une "
        "avec `{command}` et donnez-la à chaque réplique"
    ),
    "secret_key.readable_by_others": (
        "{path} peut être lu par d’autres (mode {mode:04o}) ; `chmod 600 {path}`, ou "
        "supprimez-le, ce qui crée une nouvelle clé et déconnecte tout le monde"
    ),
    "secret_key.repeats": (
        "{where} se répète et peut être deviné : créez-en une avec `{command}` et donnez-la "
        "à chaque réplique"
    ),
    "secret_key.too_short": (
        "{where} compte {count} octets ; il en faut au moins {least} : créez-en une avec "
        "`{command}` et donnez-la à chaque réplique"
    ),
    "series.came": "il y a de nouveau des valeurs",
    "series.frozen": "la valeur est la même depuis le {since}, soit {count} {count:période|périodes} de suite ; avant, elle l’était {most} de suite au plus",
    "series.frozen_together": "la valeur de {count} séries sur {all} est la même depuis le {since} : {names:and}",
    "series.gone": "elle a de nouveau disparu",
    "series.known": "elle est connue à présent",
    "series.moves": "sa valeur change de nouveau",
    "series.no_longer_read": "plus aucun modèle ne la lit",
    "series.new": "{names:and} {count:a|ont} des lignes depuis le {since} et jamais auparavant ; ce qui est habituel sera connu après {periods} périodes",
    "series.silent": "aucune ligne pour {series} depuis le {since}, soit {count} {count:période|périodes} de suite, alors que d’autres en ont ; sa plus longue pause était de {most}",
    "series.silent_together": "{count} séries sur {all} n’ont aucune ligne depuis le {since} : {names:and}",
    "series.too_short": (
        "{series:la seule série a|les {series} séries ont toutes} un historique trop court : "
        "{needed}"
    ),
    "serve.needs_broker": (
        "les parties d’une instance sur plusieurs machines communiquent par un courtier de messages : définissez "
        "IOP_BROKER_URL, par exemple amqp://… ; `iop up` n’en a pas besoin"
    ),
    "serve.needs_code_server": (
        "dites où se trouve le serveur de code : --code-server HÔTE:PORT, ou un workspace.yaml dans "
        "IOP_INSTANCE_FILES"
    ),
    "serve.needs_server": (
        "les parties d’une instance sur plusieurs machines partagent une base de données : donnez à DATABASE_URL "
        "une base MySQL ou MariaDB (c’est {url}) ; `iop up` lance toutes les parties sur cette machine"
    ),
    "server.not_listening": "le {name} n’a pas écouté sur {host}:{port} en {limit_s} s",
    "server.not_well": "{url}/api/health n’a pas répondu correctement en {limit_s} s ; voir {log}",
    "session.not_yours": "ce n’est pas une de vos sessions ouvertes",
    "sessions.unchecked": (
        "les sessions ne peuvent pas être vérifiées : la base de données ne répond pas"
    ),
    "setting.bad_line": "{path}, ligne {number} : {line!r} n’est pas NOM=valeur",
    "setting.broker_url": (
        "IOP_EVENT_BROKER_URL commence par {scheme!r} ; possibles : amqp://… ou amqps://…"
    ),
    "setting.clock": "IOP_CLOCK vaut {clock!r} ; valeurs possibles : system ou drm",
    "setting.database_url": (
        "{name} commence par {scheme!r} ; possibles : sqlite:///…, mysql+pymysql://… ou "
        "mariadb+pymysql://…"
    ),
    "setting.drm_api_url": (
        "IOP_DRM_API_URL est http://… ou https://… sans utilisateur, requête ni fragment ; "
        "son jeton est IOP_DRM_API_TOKEN"
    ),
    "setting.model_server": "IOP_MODEL_SERVERS contient {url!r} ; chacun est un schéma, un hôte et un port, comme https://models.example:8443",
    "setting.not_whole_number": "{name} vaut {text!r} ; c’est un nombre entier, au moins {least}",
    "setting.panel_dask": "IOP_PANEL_DASK vaut {url!r} ; c’est un schéma, un hôte et un port, comme tls://scheduler.example:8786 ou tcp://scheduler.example:8786",
    "setting.panel_dask_tls": "IOP_PANEL_DASK_TLS est le dossier des certificats d’un ordonnanceur tls:// : IOP_PANEL_DASK avec tls:// en a besoin ; avec tcp:// ou sans ordonnanceur, il n’a pas de sens",
    "setting.percent": "IOP_MAX_REFUSED_PERCENT vaut {percent} ; c’est de 0 à 100",
    "setting.public_url": (
        "IOP_PUBLIC_URL vaut {url!r} ; c’est un schéma et un hôte, comme https://iop.example"
    ),
    "setting.region": "IOP_REGION vaut {name!r} ; c’est {regions:or}",
    "setting.time_zone": (
        "IOP_TIME_ZONE vaut {name!r}, qui n’est pas un fuseau horaire IANA comme Africa/Lagos"
    ),
    "signin.did_not_work": "cette connexion n’a pas abouti : {reason}",
    "signin.needed": "connectez-vous d’abord",
    "signin.no_provider": "aucun fournisseur OpenID n’est configuré",
    "signin.too_many_failures": "trop de connexions manquées ; réessayez dans {wait_s} s",
    "signin.wrong": "nom ou mot de passe incorrect",
    "slots.passed_over": "{count:,} {count:échéance omise|échéances omises}, de {first} à {last} UTC",
    "sort.no_such_column": "{place} : {name!r} n’est pas une colonne ; il y a {known!r}",
    "source.no_such_field": "{source} n’a pas de champ {name}",
    "source.no_such_measure": "{source} n’a pas de mesure {name}",
    "source.unknown": "pas de source {name}",
    "span.out_of_range": "{given!r} est hors limites ; valeurs possibles : 1m à {most}",
    "span.unknown": "{given!r} n’est pas une durée ; indiquez des minutes, des heures ou des jours, par exemple 30m, 6h ou 2d",
    "step.adds_rows": "adds_rows va avec forward_fill ; null ajoute des lignes dans tous les cas",
    "step.at": "l’étape {place} ({kind})",
    "step.bounds": (
        "vaut {bound} pour {name!r}, qui est lu comme {to} ; les bornes sont pour "
        "{kinds:and} : retirez-la, ou utilisez one_of"
    ),
    "step.gap_columns": "columns doit nommer ce que {policy} concerne",
    "step.gives_other": "est de type {type} et l’expression donne {gives} : {fix}",
    "step.limit": "limit va avec forward_fill, qui en a besoin",
    "step.minutes": (
        "{minutes} minutes sont plus longues qu’un pas de {freq}, dont elles seraient une part"
    ),
    "step.misfit": "{step} : {said}",
    "step.no_such_column": "aucune étape ne laisse {name}",
    "step.on_text": "{step} travaille sur le texte que DRM livre : elle se place avant le cast",
    "step.reads_unknown": "{step} lit {name}",
    "step.reads_wrong_type": (
        "{step} lit {name!r}, qui y est de type {found} ; elle demande {takes} : {fix}"
    ),
    "step.types_name_unknown": "types nomme {name}",
    "step.weight": "weight va avec weighted_mean, qui en a besoin",
    "steps.first_not_cast": "la première étape doit être un cast : DRM livre du texte",
    "subtotals.cut": "sous-totaux par {group} : {rows}",
    "subtotals.no_such_group": "{place} : {name} n’est pas un groupe du tableau ; ses groupes sont {known:or}",
    "sum.too_large": (
        "une somme dépasse ce qu’un nombre entier ou décimal peut contenir (18 "
        "chiffres) : demandez moins de lignes, ou lisez le champ comme number"
    ),
    "summary.fell": "{label} en baisse à {value} ({change} par rapport à la période de comparaison, {period})",
    "summary.highest": "{who} a la valeur la plus haute ({value})",
    "summary.highest_day": "le maximum est atteint le {day:date} ({value})",
    "summary.highest_in": "valeur la plus haute : {who}, {period} ({value})",
    "summary.highest_on": "{who}, le {day:date}, a la valeur la plus haute ({value})",
    "summary.highest_period": "période la plus haute : {period} ({value})",
    "summary.judged": "{said}, {verdict}",
    "summary.nothing_compared": "aucune mesure de {table} n’a compare : il n’y a rien à en dire ; ajoutez compare à l’une d’elles, ou nommez un autre tableau",
    "summary.of_one_row": "{table} a une ligne par {groups:and}, et une synthèse en dit une seule, celle de l’ensemble ; nommez un tableau sans groupes",
    "summary.only": "{label} : {value}",
    "summary.percent": "{change} %",
    "summary.points": "{change} {points:point|points} de pourcentage",
    "summary.rose": "{label} en hausse à {value} ({change} par rapport à la période de comparaison, {period})",
    "summary.same": "{label} : toujours {value}, comme pour la période de comparaison, {period}",
    "summary.worst": "{who} a la plus mauvaise valeur ({value})",
    "summary.worst_day": "le plus mauvais jour est le {day:date} ({value})",
    "summary.worst_in": "plus mauvaise valeur : {who}, {period} ({value})",
    "summary.worst_of_groups": "{table} n’a pas de groupes, donc pas de ligne qui serait la plus mauvaise ; nommez un tableau qui en a",
    "summary.worst_of_measure": "{table} n’a pas de mesure nommée {known:or}, comme celles que {summary} compare ; ajoutez-en une, ou nommez un autre tableau",
    "summary.worst_on": "{who}, le {day:date}, a la plus mauvaise valeur ({value})",
    "summary.worst_period": "plus mauvaise période : {period} ({value})",
    "table.offset_and_top": "offset ne va pas avec top",
    "template.an_author_disabled": "le compte de son auteur est désactivé",
    "template.author_disabled": "le compte de son auteur {name} est désactivé",
    "template.does_not_exist": "le gabarit de rapport {id} n’existe pas",
    "template.exists": "il y a déjà un gabarit de rapport {name!r}",
    "template.exists_differently": (
        "il y a déjà un gabarit de rapport {name!r} (numéro {id}) avec un autre contenu ; "
        "modifiez-le"
    ),
    "template.failing": "{count:,} {count:rapport a échoué|rapports de suite ont échoué}",
    "template.needs_author": "le compte de l’auteur de {name!r} est désactivé : reprenez le gabarit ou réactivez le compte",
    "template.not_named": "il n’y a pas de gabarit de rapport {name}",
    "template.not_found": "il n’y a pas de gabarit de rapport {id}",
    "template.paused": "le gabarit de rapport {name!r} est en pause",
    "text.not_storable": (
        "contient un caractère qu’aucune base de données n’enregistre (NUL ou une moitié de paire)"
    ),
    "text.too_long": "compte {count} caractères ; {most:,} au plus sont lus",
    "threshold.value_or_quantile": "donnez soit value, soit quantile",
    "time.of_hours_wrong_type": (
        "{name!r} est de type {found} ; le temps par heure ou par minute est de type {takes} : nommez un "
        "autre champ, ou déclarez `{name}: {{type: {type}}}`"
    ),
    "time.wrong_type": (
        "{name!r} est de type {found} ; le temps est de type {takes} : nommez un autre "
        "champ, ou déclarez `{name}: {{type: {type}}}`"
    ),
    "time_zone.unknown": "{name!r} n’est pas un fuseau horaire IANA comme Africa/Lagos",
    "time.of_day": "{time:time}",
    "times.hourly": "toutes les heures",
    "times.hourly_between": "toutes les {step:heures|{step} heures} de {first} à {last}",
    "times.listed": "à {times:and}",
    "times.minutes": "{count:à la minute|aux minutes} {minutes:and} de chaque heure",
    "times.minutes_of_hours": "{count:à la minute|aux minutes} {minutes:and} des heures {hours:and}",
    "times.stepped": "{step:chaque minute|toutes les {step} minutes}",
    "times.stepped_between": "{step:chaque minute|toutes les {step} minutes} de {first} à {last}",
    "token.bad_life": "{ttl!r} n’est pas une durée de jeton ; de 1s à 366d, par exemple 30m ou 12h",
    "top.needs_measures": (
        "un classement demande des mesures et un ordre qui dit ce qui vient en premier"
    ),
    "top.rest_needs_one_field": "une ligne de tous les autres demande exactement un champ en plus des mesures",
    "totals.and_having": "les totaux portent sur toutes les lignes et des conditions sur les mesures écartent des groupes ; n’en gardez qu’un des deux",
    "totals.need_measures": "des totaux demandent une mesure ou un agg",
    "tree.conditions_too_deep": "les conditions sont imbriquées sur plus de {most} niveaux",
    "tree.operands_too_deep": "les opérandes sont imbriqués sur plus de {most} niveaux",
    "tree.too_many_conditions": "il y a plus de {most:,} conditions",
    "tree.too_many_operands": "il y a plus de {most:,} opérandes",
    "trend.no_pairs": (
        "aucune paire de points connus n’est séparée d’un multiple de {season_length} périodes"
    ),
    "trend.too_few_points": "une tendance demande {least} points connus, et il y en a {count}",
    "types.one": "{type}",
    "types.or": "{others} ou {last}",
    "unpivot.into_kept": "{name!r} est parmi les colonnes qui restent",
    "unpivot.into_one": "names_into et values_into valent tous deux {name!r}",
    "unpivot.nothing_left": "hors de {keep}, il ne reste aucune colonne à transformer en lignes",
    "unpivot.one_of": (
        "unpivot a soit columns, qui deviennent des lignes, soit keep, dont les autres "
        "le deviennent"
    ),
    "unpivot.too_many_rows": (
        "{rows:,} lignes de {columns:,} colonnes deviendraient plus de {most:,} lignes"
    ),
    "upload.gave_up": (
        "le run Dagster qui devait le charger s’est terminé {count} fois sans l’avoir fait ; le "
        "journal des agents de calcul dit pourquoi"
    ),
    "upload.is_taken": "{name!r} est en cours de chargement, ou chargé",
    "upload.needs_memory": ("la lecture de {name} demande trop de mémoire : divisez-le"),
    "upload.no_name": "le fichier n’a pas de nom : indiquez-le par le paramètre name",
    "trace.no_id": (
        "{given!r} n’est pas l’identifiant d’une requête : il a 32 chiffres et lettres de a à f, "
        "comme dans l’en-tête x-request-id"
    ),
    "upload.not_found": "il n’y a pas de fichier {id}",
    "upload.not_here": "{name!r} n’est pas encore arrivé",
    "upload.nothing_sent": "le fichier est vide",
    "upload.removed": (
        "ce fichier a été supprimé, car personne ne l’a chargé en un jour, ou il est chargé : "
        "envoyez-le de nouveau"
    ),
    "upload.store_refuses": "le stockage {url} ne prend ou ne rend pas de fichier : {error}",
    "upload.too_large": (
        "ce fichier dépasse {megabytes} Mo, la taille admise ici : divisez-le ; qui gère l’instance peut en admettre "
        "davantage par IOP_UPLOAD_MB"
    ),
    "upload.too_many_an_hour": "vous avez envoyé {most} fichiers en une heure : patientez",
    "upload.too_many_at_once": "vous envoyez déjà {most} fichiers : attendez la fin de l’un d’eux",
    "upload.too_many_waiting": (
        "{most} de vos fichiers attendent d’être chargés : chargez-en ou écartez-en un"
    ),
    "upload.wrong_content_type": "content-type doit être application/octet-stream, pas {given!r}",
    "user.bad_name": (
        "{name!r} n’est pas un nom valable : au plus 128 caractères parmi a-z 0-9 . _ @ + ~ "
        "-, commençant et finissant par une lettre ou un chiffre"
    ),
    "user.disabled": "{name!r} est désactivé ; réactivez d’abord le compte",
    "user.disabled_at_console": "{name!r} est désactivé ; `iop user enable {name}`",
    "user.exists": "l’utilisateur {name!r} existe déjà",
    "user.is_disabled": "l’utilisateur {name!r} est désactivé",
    "user.last_admin": "{name!r} est le dernier administrateur ; nommez-en d’abord un autre",
    "user.no_such_id": "il n’y a pas d’utilisateur {id}",
    "user.no_such_name": "il n’y a pas d’utilisateur {name!r}",
    "user.of_other_role": "l’utilisateur {name!r} a le rôle {role}",
    "value.above_most": "{given} ; doit être inférieur ou égal à {limit}",
    "value.below_least": "{given} ; doit être supérieur ou égal à {limit}",
    "value.empty": "ne doit pas être vide",
    "value.has_time_of_day": "{value!r} a une heure, {label!r} est une date",
    "value.list_length": "doit être une liste de 1 à {most} valeurs",
    "value.missing": "manque",
    "value.must_be_finite": "{given} ; doit être un nombre fini",
    "value.needless_key": "cette clé n’est pas connue ici",
    "value.no_alternative": "{given}, ce qui ne correspond à aucune de ces formes : {known}",
    "value.no_period": "{value!r} n’est pas une période",
    "value.not_a_value": (
        "une valeur est une constante, une liste, une période, un paramètre ou une expression"
    ),
    "value.not_above": "{given} ; doit être supérieur à {limit}",
    "value.not_accepted": "{given}, ce qui n’est pas admis ici",
    "value.not_an_expression": (
        "une expression est une constante, un champ, un calcul ou une condition"
    ),
    "value.not_below": "{given} ; doit être inférieur à {limit}",
    "value.not_date": "{given} ; doit être une date comme 2013-02-08",
    "value.not_finite": "vaut {given} ; les nombres doivent être finis",
    "value.not_json": "est de type {type}, que JSON ne connaît pas",
    "value.not_list": "{given} ; doit être une liste",
    "value.not_mapping": "{given} ; doit être un objet",
    "value.not_moment": "{given} ; doit être une date et une heure comme 2013-02-08T06:00:00",
    "value.not_number": "{given} ; doit être un nombre",
    "value.not_of_field": "{value!r} n’est pas de type {kind}, qui est celui de {label!r}",
    "value.not_of_type": "{value!r} n’est pas de type {kind}",
    "value.not_one_of": "{given} ; possibles : {known}",
    "value.not_one_of_but_near": "{given} ; vouliez-vous dire {near!r} ? Possibles : {known}",
    "value.not_text": "{given} ; doit être un texte",
    "value.not_truth": "{given} ; doit être true ou false",
    "value.not_whole_number": "{given} ; doit être un nombre entier",
    "value.refused": "{said}",
    "value.too_deep": "est imbriqué sur plus de {most} niveaux",
    "value.too_few_characters": "compte moins de {limit} {limit:caractère|caractères}",
    "value.too_few_items": "compte {count} {count:élément|éléments} ; il en faut au moins {limit}",
    "value.too_large_integer": "est un entier de plus de 64 bits",
    "value.too_many_characters": "compte plus de {limit} {limit:caractère|caractères}",
    "value.too_many_items": "compte plus de {limit} {limit:élément|éléments}",
    "value.unknown_key": "cette clé n’est pas connue ici ; possibles : {known}",
    "value.unknown_key_but_near": (
        "cette clé n’est pas connue ici ; vouliez-vous dire {near!r} ? Possibles : {known}"
    ),
    "value.unknown_kind": "{given} ; possibles : {known}",
    "value.unknown_kind_but_near": "{given} ; vouliez-vous dire {near!r} ? Possibles : {known}",
    "value.write": "{given} ; écrivez {meant}",
    "value.wrong_form": "{given} ; doit être {form}",
    "weekday.each": "le {weekday:weekday}",
    "weekday.name": "{weekday:weekday}",
    "weekdays.every": "{all:and}",
    "weekdays.span": "du {first} au {last}",
    "worker.no_progress": (
        "aucun progrès pendant {stalled_s:g} s ({doing}) ; l’agent de calcul a été arrêté"
    ),
    "write.in_the_way": (
        "quelqu’un d’autre est en train de modifier cela ; rien n’a été changé, réessayez "
        "dans un instant"
    ),
    "write.saved_alike": (
        "quelqu’un d’autre vient d’enregistrer la même chose ; rien n’a été changé, "
        "rechargez et réessayez"
    ),
}

# By the English that the code has. A space before or after a sign becomes one that does not break when it is said.
TEXTS: Mapping[str, str] = {
    # Runtimes, their parameters, kinds of finding.
    "A model made elsewhere never gets a missing value.": "Un modèle fait ailleurs ne reçoit jamais de valeur manquante.",
    "Above": "Au-dessus",
    "Above: rises; below: falls.": "Au-dessus : les hausses ; au-dessous : les baisses.",
    "Address of the model server": "Adresse du serveur de modèles",
    "After the measures of the period those of the one before, and so on.": "Après les mesures de la période, celles de la précédente, et ainsi de suite.",
    "Alerts a week": "Alertes par semaine",
    "All series together": "Toutes les séries ensemble",
    "An object with value or quantile; crossing it is a finding. Empty: forecast only.": "Un objet avec value ou quantile ; le franchir est un constat. Vide : prévision seule.",
    "Attempts after the first": "Essais après le premier",
    "Autocorrelation lags corrected for": "Retards d’autocorrélation corrigés",
    "Below": "Au-dessous",
    "Beyond it a period is reported; empty: by alerts a week.": "Au-delà, une période est signalée ; vide : selon les alertes par semaine.",
    "Both": "Les deux",
    "Bounds by measure": "Bornes par mesure",
    "COPOD": "COPOD",
    "Change points": "Ruptures",
    "Checksum of the file (SHA-256)": "Somme de contrôle du fichier (SHA-256)",
    "Column of the output": "Colonne de la sortie",
    "Conditions over measures, aggregates and earlier periods.": "Des conditions sur des mesures, des agrégats et des périodes précédentes.",
    "Consecutive anomalies that become the new normal": "Anomalies consécutives qui deviennent la nouvelle norme",
    "Counted from 0; empty: it has one.": "Comptée à partir de 0 ; vide : il n’y en a qu’une.",
    "Country for public holidays": "Pays des jours fériés",
    "Coverage of the interval (%)": "Couverture de l’intervalle (%)",
    "Critical at probability": "Critique à partir de la probabilité",
    "Daily seasonality": "Saisonnalité quotidienne",
    "Delivered rows": "Lignes livrées",
    "Earlier periods given with each": "Périodes précédentes jointes à chacune",
    "Empty: the one that the server chooses.": "Vide : celle que le serveur choisit.",
    "Forecast error": "Erreur de prévision",
    "Deliveries": "Livraisons",
    "Detector": "Détecteur",
    "Direction": "Sens",
    "ECOD": "ECOD",
    "Each series": "Chaque série",
    "Earlier periods used as features": "Périodes précédentes utilisées comme variables",
    "Empty: 3 for k nearest neighbours, else none; the others lose a far point among them.": "Vide : 3 pour les k plus proches voisins, sinon aucune ; les autres détecteurs y perdent un point très éloigné.",
    "Empty: by the dataset's step (hours 24, days 7, weeks 52, months 12).": "Vide : selon le pas des données (heures 24, jours 7, semaines 52, mois 12).",
    "Empty: by the history.": "Vide : selon l’historique.",
    "Empty: half the window, and at least 8.": "Vide : la moitié de la fenêtre, et au moins 8.",
    "Empty: three seasons, and at least 14.": "Vide : trois saisons, et au moins 14.",
    "Empty: two seasons, and at least 5.": "Vide : deux saisons, et au moins 5.",
    "Ends with the scored period.": "Se termine à la période évaluée.",
    "Excluded from training beyond (robust standard deviations)": "Exclu de l’apprentissage au-delà de (écarts-types robustes)",
    "Flexibility of the trend": "Souplesse de la tendance",
    "For the p-value, adjusted for the series tested at once.": "Pour la valeur p, ajustée pour les séries testées ensemble.",
    "For the p-value, corrected for the choice of the change point.": "Pour la valeur p, corrigée pour le choix de la rupture.",
    "Forecast ensemble": "Combinaison de prévisions",
    "How unusual the period is": "À quel point la période est inhabituelle",
    "IOP_MODEL_TOKEN_…, of the instance's environment; empty: none is sent.": "IOP_MODEL_TOKEN_…, de l’environnement de l’instance ; vide : aucun n’est envoyé.",
    "Leave the period out": "Laisser la période de côté",
    "Longest answer (seconds)": "Réponse la plus longue (secondes)",
    "Measures by input": "Mesures par entrée",
    "Mode": "Mode",
    "Fast": "Rapide",
    "Best": "Précis",
    "Best: each series also learns from the others of its panel.": "Précis : chaque série apprend aussi des autres du panel.",
    "Model server": "Serveur de modèles",
    "Name of the model on the server": "Nom du modèle sur le serveur",
    "ONNX file": "Fichier ONNX",
    "Of a score: the unusual side. Of an expected value: the side that matters.": "D’un score : le côté inhabituel. D’une valeur attendue : le côté qui importe.",
    "Season lengths (periods)": "Longueurs des saisons (périodes)",
    "Empty: that of the dataset's step, and the longer and shorter ones that the data show.": "Vide : celle du pas des données, et les plus longues et plus courtes que les données montrent.",
    "Empty: by the dataset's step, where the history shows them.": "Vide : selon le pas des données, là où l’historique les montre.",
    "Empty: 0 where the history is never below it.": "Vide : 0 si l’historique n’est jamais en dessous.",
    "Empty: 100 where the unit is % and the history never above it.": "Vide : 100 si l’unité est % et que l’historique n’est jamais au-dessus.",
    "Empty: two seasons, at least 14 and at most 28.": "Vide : deux saisons, au moins 14 et au plus 28.",
    "Longest fit of a series (seconds)": "Durée maximale d’ajustement d’une série (secondes)",
    "A series that takes longer is left out.": "Une série qui prend plus de temps est laissée de côté.",
    "Forecast limit crossing": "Franchissement de seuil prévu",
    "HBOS": "HBOS",
    "Hamed and Rao": "Hamed et Rao",
    "Highest possible value": "Plus grande valeur possible",
    "Horizon (periods)": "Horizon (périodes)",
    "How autocorrelation is handled.": "Traitement de l’autocorrélation.",
    "ISO code, such as US or NG.": "Code ISO, par exemple US ou NG.",
    "In Hamed and Rao's variant; null: all, which gives false alarms in short windows.": "Dans la variante de Hamed et Rao ; null : tous, ce qui donne de fausses alertes dans une fenêtre courte.",
    "In multiples of log n; a higher penalty finds fewer.": "En multiples de log n ; une pénalité plus haute en trouve moins.",
    "In the measure's unit, per period.": "Dans l’unité de la mesure, par période.",
    "In the measure's unit.": "Dans l’unité de la mesure.",
    "Isolation forest": "Forêt d’isolement",
    "Level shift": "Changement de niveau",
    "Limit": "Seuil",
    "Lowest and highest possible values of single measures.": "Plus petite et plus grande valeur possibles de certaines mesures.",
    "Lowest possible value": "Plus petite valeur possible",
    "Mann-Kendall": "Mann-Kendall",
    "Measure": "Mesure",
    "Measures": "Mesures",
    "Minimum change": "Changement minimal",
    "Minimum deviation": "Écart minimal",
    "Minimum known points": "Nombre minimal de points connus",
    "Minimum known values before a point": "Nombre minimal de valeurs connues avant un point",
    "Minimum known values": "Nombre minimal de valeurs connues",
    "Minimum segment length (known points)": "Longueur minimale d’un segment (points connus)",
    "Minimum slope": "Pente minimale",
    "More than the minimum segment length, before which it cannot be seen.": "Plus que la longueur minimale d’un segment, avant laquelle il ne peut être vu.",
    "Multiplicative seasonality": "Saisonnalité multiplicative",
    "Of the measure that deviates most.": "De la mesure qui s’écarte le plus.",
    "Of the series' own known history.": "De l’historique connu de la série.",
    "One detector for": "Un détecteur pour",
    "Original": "D’origine",
    "Outlier": "Valeur aberrante",
    "Outside seasonal range": "Hors de la plage saisonnière",
    "Penalty per change point": "Pénalité par rupture",
    "Periods between two fits": "Périodes entre deux ajustements",
    "Periods for which a change is reported": "Périodes pendant lesquelles un changement est signalé",
    "Prophet": "Prophet",
    "PyOD": "PyOD",
    "Quantile": "Quantile",
    "Report at probability": "Signaler à partir de la probabilité",
    "Rules": "Règles",
    "Season length": "Longueur de la saison",
    "Seasonal residual": "Résidu saisonnier",
    "Seasonal": "Saisonnière",
    "Seed": "Graine aléatoire",
    "Significance level": "Seuil de signification",
    "Simulated paths": "Trajectoires simulées",
    "Tested for a trend; ends with the scored period.": "Testée pour une tendance ; se termine à la période évaluée.",
    "That the limit is crossed within the horizon.": "Que le seuil soit franchi dans l’horizon.",
    "The expected value": "La valeur attendue",
    "The expected value and its range are clipped there; empty: no limit.": "La valeur attendue et sa plage y sont bornées ; vide : sans limite.",
    "At least; with a long history a third of it. A fit learns from the last 1,000 points.": "Au moins ; avec un long historique, un tiers de celui-ci. L’apprentissage porte sur les 1 000 derniers points.",
    "The fixed value": "La valeur fixe",
    "The one that is read; empty: the only one.": "Celle qui est lue ; vide : la seule.",
    "The one that is scored; empty: the first it reads.": "Celle qui est évaluée ; vide : la première lue.",
    "The same seed gives the same result.": "La même graine donne le même résultat.",
    "The side that is beyond the limit.": "Le côté au-delà du seuil.",
    "Threshold of the score": "Seuil du score",
    "Trend": "Tendance",
    "Use a fixed value": "Utiliser une valeur fixe",
    "Use the last known value": "Utiliser la dernière valeur connue",
    "Used by the detector; null: all that the model reads.": "Utilisées par le détecteur ; null : toutes celles que le modèle lit.",
    "Value": "Valeur",
    "Variable that holds the token": "Variable qui contient le jeton",
    "Variant of the test": "Variante du test",
    "Version on the server": "Version sur le serveur",
    "Weekly seasonality": "Saisonnalité hebdomadaire",
    "What chance may give at most, over all series of the model. Where nothing is strange, nothing is reported.": "Ce que le hasard peut donner au plus, pour l’ensemble des séries du modèle. Si rien n’est inhabituel, rien n’est signalé.",
    "What it answers": "Ce qu’il répond",
    "Where a value is missing": "Si une valeur manque",
    "Which measures each input takes, in order; empty: all, by its only input.": "Les mesures que reçoit chaque entrée, dans l’ordre ; vide : toutes, par sa seule entrée.",
    "Window (periods)": "Fenêtre (périodes)",
    "Without /v2. It must be one that this instance may call (IOP_MODEL_SERVERS).": "Sans /v2. L’instance doit pouvoir l’appeler (IOP_MODEL_SERVERS).",
    "Yearly seasonality": "Saisonnalité annuelle",
    "conditions over measures, aggregates and earlier periods": "conditions sur des mesures, des agrégats et des périodes précédentes",
    "forecasts, and the limits that they cross within the horizon, with the probability and the likeliest day": "prévisions, et les seuils qu’elles franchissent dans l’horizon, avec la probabilité et le jour le plus probable",
    "Said where the file was sent, or by iop model store FILE.": "Indiquée à l’envoi du fichier, ou par iop model store FICHIER.",
    "k nearest neighbours": "k plus proches voisins",
    "level shifts": "changements de niveau",
    "periods with an unusual combination of measures, scored walk-forward": "périodes dont la combinaison de mesures est inhabituelle, évaluées de proche en proche",
    "points that are unusual for their own past, within a budget of alerts": "points inhabituels au regard de leur propre passé, dans la limite d’un budget d’alertes",
    "trends, with the Theil-Sen slope; p-values adjusted for the series tested at once": "tendances, avec la pente de Theil-Sen ; valeurs p ajustées pour les séries testées ensemble",
    # What is said of findings; the holes are those that `recommendations.phrases.fr` fills.
    "Confirm that the change was meant; plans and limits made before it no longer fit.": "Vérifiez que le changement était voulu ; les plans et seuils d’avant ne conviennent plus.",
    "Look at the measures together: each may be in its own range and the mix still be new.": "Regardez les mesures ensemble : chacune peut rester dans sa plage et leur mélange être nouveau.",
    "Unusual {period}{where} {on}: {label_inside} {amount}{expected}": "{unusual_period}{where} {on} : {label_inside} {amount}{expected}",
    "a series without a step would look like this {chance}{corrected}": "une série sans changement de niveau aurait cette allure {chance}{corrected}",
    "a series without a trend would look like this {chance}{corrected}": "une série sans tendance aurait cette allure {chance}{corrected}",
    "what a model of your own in an ONNX file finds unusual or did not expect": "ce qu’un modèle à vous, dans un fichier ONNX, trouve inhabituel ou n’attendait pas",
    "what a model on a server of yours finds unusual or did not expect": "ce qu’un modèle sur un serveur à vous trouve inhabituel ou n’attendait pas",
    "{certainty} that the limit is crossed {within}": "{certainty} que le seuil soit franchi {within}",
    "{label}{where} forecast {beyond} {within}: {probable}most likely {on}": "{label}{where} : prévision {beyond} {within}, {probable}surtout {on}",
    "{label}{where} is forecast {beyond} {in_one} {within}, most likely {on}{that_day}, when {amount}{interval} is expected.{first_crossing}{effect}": "{label}{where} devrait passer {beyond} pendant au moins {one_period} {within}, surtout {on}{that_day}, avec une valeur attendue de {amount}{interval}.{first_crossing}{effect}",
    "{label}{where} moved from about {before} to {after} {on_since}.": "{label}{where} passe d’environ {before} à {after} {on_since}.",
    "{label}{where} stepped {step} from {before} to {after} {on_since}": "{label}{where} : {step} soudaine de {before} à {after} {on_since}",
    "{label}{where} was {amount} {on}{against}.": "{label}{where} : {amount} {on}{against}.",
    "{label}{where} {far}{side} normal: {amount} {on}{expected}": "{label}{where} {far}{side} de la normale : {amount} {on}{expected}",
    "{label}{where} {rising} by {slope} since {since}": "{label}{where} : {rise} de {slope} depuis {since}",
    "{label}{where} {rose} by {slope} from {since} to {until}{moved}.": "{label}{where} : {rise} de {slope} {of_since} {to_end}{moved}.",
    "{share} of earlier periods kept to their range": "{share} des périodes précédentes sont restées dans leur plage",
    "{share} of earlier periods were less unusual": "{share} des périodes précédentes étaient moins inhabituelles",
    # Columns, measures and sources of IOP's own.
    "Actual": "Observé",
    "Attempt": "Tentative",
    "Category": "Catégorie",
    "Change": "Évolution",
    "Completeness": "Complétude",
    "Confidence": "Confiance",
    "Created (UTC)": "Créée (UTC)",
    "DRM run": "Traitement DRM",
    "DRM runs": "Traitements DRM",
    "Data from": "Données du",
    "Data quality": "Qualité des données",
    "Data to": "Données au",
    "Data version": "Version des données",
    "Dataset": "Jeu de données",
    "Delivered what was there already": "A livré ce qui était déjà là",
    "Description": "Description",
    "Duration": "Durée",
    "Ended after its SLA by": "Retard sur l’échéance",
    "Ended": "Terminées",
    "Error": "Erreur",
    "Execution": "Exécution",
    "Executions": "Exécutions",
    "Expected": "Attendu",
    "Failed": "En échec",
    "Finding": "Constat",
    "Findings": "Constats",
    "Finished (UTC)": "Fin (UTC)",
    "First seen": "Vue la première fois",
    "Format": "Format",
    "Generated (UTC)": "Généré (UTC)",
    "Generated reports": "Rapports générés",
    "Highest score": "Score le plus haut",
    "Highest severity": "Gravité la plus haute",
    "Highest {inside}": "{label} (maximum)",
    "Id": "Numéro",
    "Input": "Entrée",
    "Kind": "Type",
    "Last seen": "Vue la dernière fois",
    "Longest duration": "Durée la plus longue",
    "Lower bound": "Borne inférieure",
    "Lowest score": "Score le plus bas",
    "Lowest {inside}": "{label} (minimum)",
    "Mean actual": "Observé, en moyenne",
    "Mean completeness": "Complétude moyenne",
    "Mean duration": "Durée moyenne",
    "Mean expected": "Attendu, en moyenne",
    "Mean score": "Score moyen",
    "Mean timeliness": "Ponctualité moyenne",
    "Mean uniqueness": "Unicité moyenne",
    "Mean validity": "Validité moyenne",
    "Mean {inside}": "{label} (moyenne)",
    "Model executions": "Exécutions de modèles",
    "Model outputs": "Sorties de modèles",
    "Model type": "Type de modèle",
    "Model": "Modèle",
    "Occurrences": "Occurrences",
    "Output": "Sortie",
    "Period": "Période",
    "Phase": "Phase",
    "Pipeline": "Pipeline",
    "Points": "Points",
    "Quality score": "Score de qualité",
    "Usable rows": "Lignes utilisables",
    "Recommendation": "Recommandation",
    "Recommendations": "Recommandations",
    "Reports": "Rapports",
    "Requested (UTC)": "Demandée (UTC)",
    "Resolved (UTC)": "Résolue (UTC)",
    "Rows ingested": "Lignes reçues",
    "Rows": "Lignes",
    "Runs": "Traitements",
    "Scheduled for (UTC)": "Prévue (UTC)",
    "Score": "Score",
    "Scored (UTC)": "Évaluée (UTC)",
    "Scores": "Scores",
    "Series": "Série",
    "Severity rank": "Rang de gravité",
    "Severity": "Gravité",
    "Since": "Depuis",
    "Size": "Taille",
    "Slot (UTC)": "Échéance (UTC)",
    "Source": "Source",
    "Started (UTC)": "Début (UTC)",
    "Status": "État",
    "Superseded by DRM run": "Remplacée par le traitement DRM",
    "Superseded": "Remplacées",
    "Template": "Gabarit de rapport",
    "Timeliness": "Ponctualité",
    "Total {inside}": "{label} (total)",
    "Trigger": "Déclencheur",
    "Uniqueness": "Unicité",
    "Unit": "Unité",
    "Updated (UTC)": "Mise à jour (UTC)",
    "Upper bound": "Borne supérieure",
    "Validity": "Validité",
    "Version": "Version",
    "{label}, before": "{label}, avant",
    "{label}, a year before": "{label}, un an avant",
    "{label}, by 10 minutes": "{label}, par tranche de 10 minutes",
    "{label}, by 15 minutes": "{label}, par tranche de 15 minutes",
    "{label}, by 30 minutes": "{label}, par tranche de 30 minutes",
    "{label}, by 5 minutes": "{label}, par tranche de 5 minutes",
    "{label}, by business day": "{label}, par jour ouvré",
    "{label}, by half-year": "{label}, par semestre",
    "{label}, by hour": "{label}, par heure",
    "{label}, by minute": "{label}, par minute",
    "{label}, by month": "{label}, par mois",
    "{label}, by quarter": "{label}, par trimestre",
    "{label}, by fiscal quarter": "{label}, par trimestre d’exercice",
    "{label}, by week": "{label}, par semaine",
    "{label}, by week to Friday": "{label}, par semaine finissant le vendredi",
    "{label}, by week to Monday": "{label}, par semaine finissant le lundi",
    "{label}, by week to Saturday": "{label}, par semaine finissant le samedi",
    "{label}, by week to Sunday": "{label}, par semaine finissant le dimanche",
    "{label}, by week to Thursday": "{label}, par semaine finissant le jeudi",
    "{label}, by week to Tuesday": "{label}, par semaine finissant le mardi",
    "{label}, by week to Wednesday": "{label}, par semaine finissant le mercredi",
    "{label}, by year": "{label}, par année",
    # What the file of each format shows.
    "A table with a column “title”, shown as a list.": "Un tableau qui a une colonne « title », présenté en liste.",
    "A table with one row, shown as large figures.": "Un tableau d’une seule ligne, présenté en grands chiffres.",
    "As of": "Arrêté au",
    "Column heads": "En-têtes de colonnes",
    "Data up to": "Données jusqu’au",
    "Decides the separator, the decimal sign and the language of labels.": "Détermine le séparateur, le signe décimal et la langue des libellés.",
    "Dutch (Netherlands)": "Néerlandais (Pays-Bas)",
    "English (United Kingdom)": "Anglais (Royaume-Uni)",
    "English (United States)": "Anglais (États-Unis)",
    "Filter": "Filtre",
    "Filters used": "Filtres utilisés",
    "French (France)": "Français (France)",
    "German (Germany)": "Allemand (Allemagne)",
    "Headline figures": "Chiffres clés",
    "Intended for": "Destiné à",
    "A line on the number of rows": "Une ligne sur le nombre de lignes",
    "One line before the column names, beginning with #.": (
        "Une ligne avant les noms des colonnes, commençant par #."
    ),
    "Italian (Italy)": "Italien (Italie)",
    "Labels of columns": "Libellés des colonnes",
    "Landscape": "Paysage",
    "Language": "Langue",
    "Maximum rows per table": "Nombre maximal de lignes par tableau",
    "Names of columns": "Noms des colonnes",
    "None selected: all, a sheet each.": "Aucun choisi : tous, une feuille chacun.",
    "None selected: that of the report.": "Aucun choisi : celle du rapport.",
    "None selected: the first.": "Aucun choisi : le premier.",
    "None selected: those not shown elsewhere.": "Aucun choisi : ceux qui ne sont pas montrés ailleurs.",
    "Number format": "Format des nombres",
    "Orientation": "Orientation",
    "Parameter": "Paramètre",
    "Portrait": "Portrait",
    "Portuguese (Brazil)": "Portugais (Brésil)",
    "Portuguese (Portugal)": "Portugais (Portugal)",
    "Programs (raw values)": "Un programme (valeurs brutes)",
    "Spanish (Spain)": "Espagnol (Espagne)",
    "Spreadsheets": "Un tableur",
    "Table": "Tableau",
    "Tables in the file": "Tableaux du fichier",
    "The DRM runs themselves: how long, how late, how often they fail; a row for each.": "Les traitements DRM eux-mêmes : durée, retard, échecs ; une ligne par traitement.",
    # What stands on the page of a report.
    "A table of groups or days, whose worst row the sentence names.": "Un tableau de groupes ou de jours, dont la phrase cite la plus mauvaise ligne.",
    "A table with one row, whose compared figures are told in a sentence.": "Un tableau d’une seule ligne, dont les chiffres comparés sont dits en une phrase.",
    "Summary sentence": "Phrase de synthèse",
    "Worst row of the summary": "Plus mauvaise ligne de la synthèse",
    "which is better": "ce qui est mieux",
    "which is worse": "ce qui est moins bien",
    "About the data": "À propos des données",
    "Accepted": "Acceptée",
    "Annual report": "Rapport annuel",
    "Anomaly": "Anomalie",
    "At a glance": "En un coup d’œil",
    "Critical": "Critique",
    "Daily report": "Rapport quotidien",
    "Dismissed": "Écartée",
    "English (Ghana)": "Anglais (Ghana)",
    "English (Kenya)": "Anglais (Kenya)",
    "English (Nigeria)": "Anglais (Nigeria)",
    "Filters": "Filtres",
    "Forecast": "Prévision",
    "French (Cameroon)": "Français (Cameroun)",
    "French (Côte d’Ivoire)": "Français (Côte d’Ivoire)",
    "French (Senegal)": "Français (Sénégal)",
    "Generating": "En préparation",
    "Info": "Info",
    "Lowest": "Plus basse",
    "Monthly report": "Rapport mensuel",
    "No rows in this period.": "Aucune ligne sur cette période.",
    "Nothing is open.": "Rien n’est ouvert.",
    "of 100": "sur 100",
    "Open": "Ouverte",
    "Optimisation": "Optimisation",
    "Pending": "En attente",
    "Quality": "Qualité",
    "Quarterly report": "Rapport trimestriel",
    "Ready": "Prêt",
    "Report": "Rapport",
    "Running": "En cours",
    "Subtotal": "Sous-total",
    "Succeeded": "Réussi",
    "Total": "Total",
    "Warning": "Alerte",
    "Weekly report": "Rapport hebdomadaire",
    "Others": "Autres",
    "bar chart": "diagramme en barres",
    "line chart": "courbe",
    "pie chart": "diagramme circulaire",
    "scatter chart": "nuage de points",
    "better": "mieux",
    "no": "non",
    "not scored": "non évaluée",
    "worse": "moins bien",
    "yes": "oui",
    # The page for whom a sign-in did not work.
    "Ask an administrator of IOP for access, or for another link.": "Demandez à un administrateur d’IOP un accès, ou un autre lien.",
    "Begin again at the sign-in page. If it fails again, tell your administrator.": "Recommencez à la page de connexion. Si cela échoue encore, prévenez votre administrateur.",
    "IOP: sign-in": "IOP : connexion",
    "Nothing is wrong with your account. Try again in a minute.": "Votre compte n’est pas en cause. Réessayez dans une minute.",
    "Sign in with a name and a password.": "Connectez-vous avec un nom et un mot de passe.",
    "To the sign-in page": "Vers la page de connexion",
    "Try again in a minute. If it fails again, tell your administrator.": "Réessayez dans une minute. Si cela échoue encore, prévenez votre administrateur.",
    "Wait as long as it says, then try again. An administrator can send you a link.": "Attendez le temps indiqué, puis réessayez. Un administrateur peut vous envoyer un lien.",
    "Whoever helps you may ask for this number:": "La personne qui vous aide peut demander ce numéro :",
    "You are not signed in": "Vous n’êtes pas connecté",
}
