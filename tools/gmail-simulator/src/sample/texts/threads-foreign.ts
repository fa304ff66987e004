// Threads in other languages, in the form that threads-work.ts explains. The mailbox's owner
// answers in English where a person would.
export const foreignThreads: Record<string, string> = {
  de: `
# Unterlagen für den {day}
A: anbei die Unterlagen für unser Gespräch am {day}. Die Zahlen auf Seite 3 sind noch vorläufig, der Rest ist mit Frau Kühn abgestimmt. / Passt Ihnen 10:30 Uhr weiterhin?
R: 10:30 Uhr passt gut, vielen Dank. Eine Frage zu Seite 5: Sind die {amount} brutto oder netto?
A: Netto. Ich habe es in der neuen Fassung ergänzt, siehe Anlage.
R: Perfekt, dann bis {day}.
# Übernachtung im {month}
A: ist das Gästezimmer bei euch im {month} noch frei? Ich wäre zwei Nächte in der Stadt und würde so gern mal wieder lange frühstücken.
R: Natürlich! Das Sofa ist neu, und die Brötchen sind noch immer vom Bäcker an der Ecke.
A: Großartig. Ich komme mit dem Zug um 19:40 Uhr an und bringe Käse mit.
A: Bin gut zu Hause angekommen. Danke für alles, es war wunderschön!
# Rückfrage zu Auftrag {number}
A: zu Ihrem Auftrag {number} haben wir noch eine Rückfrage: Sollen die Türen rechts oder links angeschlagen werden? / Für eine kurze Antwort bis {day} wären wir dankbar.
R: Bitte links, wie im Plan eingezeichnet.
A: Vielen Dank, dann fertigen wir so. Die Lieferung ist für Ende {month} vorgesehen.
`,
  fr: `
# Déjeuner {day} ?
A: es-tu libre pour déjeuner {day} ? Le petit restaurant près du canal a rouvert, et leur tarte est toujours la meilleure de la ville. / Dis-moi si midi et demi te convient.
R: Avec plaisir ! Midi et demi, c'est parfait. Je réserve pour deux ?
A: Pour trois, ma sœur est de passage.
R: C'est noté. À très bientôt !
# Photos de l'été
A: voici enfin les photos de l'été à {place}. Celle du marché est un peu floue, mais on voit bien ta tête quand le vendeur t'a annoncé le prix du melon !
R: Je n'oublierai jamais ce melon. Merci, elles sont magnifiques.
A: L'année prochaine, on y retourne, et c'est toi qui négocies.
# Devis n° {number}
A: veuillez trouver ci-joint notre devis n° {number} d'un montant de {amount} hors taxes, valable trente jours. / Nous restons à votre disposition pour toute question.
R: Merci beaucoup. Le délai de quatre semaines est-il ferme ?
A: Tout à fait, à compter de la réception de votre commande.
`,
  es: `
# Reunión del {day}
A: te confirmo la reunión del {day} a las once. Mañana te envío el orden del día; ¿podrías preparar los números del último trimestre?
R: Claro que sí. Los tengo casi listos, te los mando esta tarde.
A: ¡Estupendo, muchas gracias! Nos vemos el {day}.
# ¿Qué tal por {place}?
A: ¿qué tal el viaje? Aquí ha llovido toda la semana y el niño ya sabe montar en bicicleta. Cuéntanos algo bonito.
R: ¡Enhorabuena al pequeño! Por aquí sol, demasiada comida y una playa vacía. Os llevo un regalo.
A: ¡Qué envidia! Un abrazo de todos.
`,
  ja: `
# {quarter} 打ち合わせの件
A: お世話になっております。{day}の打ち合わせの資料をお送りします。 / 三ページ目の数字はまだ暫定ですので、後ほど更新いたします。ご確認のほど、よろしくお願いいたします。
R: Thank you very much, the documents arrived. Page 4 is very clear. See you on {day}.
A: ありがとうございます。当日は受付で私の名前をお伝えください。
# 京都の写真
A: 先日は京都までお越しいただき、ありがとうございました。お庭がとてもきれいでしたね。写真を何枚か送ります。 / またぜひいらしてください。
R: What beautiful pictures! I have printed the one of the garden. I would love to come back.
`,
  ru: `
# Фотографии из поездки
A: наконец-то разобрала фотографии. Самые удачные — с озера, рано утром, когда ещё стоял туман. / Когда вы снова приедете? Мама спрашивает каждую неделю.
R: They are wonderful, thank you. Please tell your mother that we come in {month}, and that we bring the tea she likes.
A: Она уже печёт пироги. Ждём вас!
# Документы по договору {number}
A: во вложении подписанный договор {number} и счёт на {amount}. Оригиналы отправлены почтой, должны прийти на следующей неделе. / Пожалуйста, подтвердите получение.
R: Both have arrived, thank you. The payment goes out on {day}.
A: Спасибо, оплату получили. Хорошего дня!
`,
  zh: `
# 关于{project}项目的进度
A: 附件是{project}项目本周的进度报告。主要问题是第二阶段的测试还没有完成，预计下周三可以结束。 / 如有问题请随时联系我。
R: Thank you, the report is very helpful. Next Wednesday is fine.
A: 好的，测试已经全部通过，谢谢您的支持。
# 生日快乐
A: 祝您生日快乐，身体健康，万事如意！ / 明年如果有机会来上海，一定要告诉我，我请您吃小笼包。
R: Thank you so much! I remember those dumplings very well. I will write as soon as I know my dates.
`,
  sv: `
# Middag hos oss?
A: kommer ni till oss på middag någon dag i {month}? Vi har nytt kök, och en ledig stuga nere vid sjön om ni vill stanna över natten. / Ta med er stövlar, det brukar regna.
R: We would love to! We bring the boots, and a cake.
A: Härligt! Då ses vi. Barnen har redan bestämt var ni ska sitta 🌼
`,
  pl: `
# Spotkanie w {place}
A: czy pasuje Pani/Panu spotkanie w {place} w przyszły czwartek o godzinie 10? Agenda w załączniku. / Na miejscu będzie też Łukasz z działu sprzedaży.
R: Thursday at ten is fine, thank you. I am looking forward to meeting Łukasz.
A: Świetnie, do zobaczenia!
`,
  ko: `
# {project} 회의 일정
A: 안녕하세요. 다음 주 {project} 회의 일정을 공유드립니다. 오전 10시에 온라인으로 진행할 예정입니다. / 자료는 전날까지 보내드리겠습니다.
R: Thank you, ten o'clock is early here but fine. I will have coffee ready.
A: 감사합니다. 그럼 다음 주에 뵙겠습니다.
`,
};
