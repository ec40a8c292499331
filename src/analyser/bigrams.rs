//! How often one character follows another in ordinary source text.
//!
//! Counted over the 1.1 million distinct words of 4 to 60 characters in 290 MB of Python, JavaScript,
//! TypeScript and Rust, each weighted by the logarithm of the files it stands in; hexadecimal and
//! base 64 runs left out. Rows are the character before, columns the character after, both in the
//! order of [`class`]; an entry is the negative logarithm to base two of the probability, times
//! four, written as a character from `0` on.

/// The number of classes of characters.
pub(super) const CLASSES: usize = 60;
/// The row for the begin of a word.
pub(super) const BEGIN: usize = CLASSES;

/// The class of a byte: lower-case letters, upper-case letters, digits, six marks, and the rest.
pub(super) fn class(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        b'A'..=b'Z' => usize::from(byte - b'A') + 26,
        b'0'..=b'9' => 52,
        b'_' => 53,
        b'-' => 54,
        b'.' => 55,
        b'/' => 56,
        b'+' => 57,
        b'=' => 58,
        _ => 59,
    }
}

/// The bits that the class `after` costs in ordinary text behind the class `before`.
pub(super) fn cost(before: usize, after: usize) -> f32 {
    f32::from(COSTS[before][after] - b'0') / 4.0
}

const COSTS: [&[u8; CLASSES]; CLASSES + 1] = [
    br"WD@BXOCYE]N<A>\A`<?:HLOKGV``\^_^gfblj]__c\g^\Zf^hfilNLRIXXPl",
    br"<MHN<PPX>BW;OS>KWECI>WYYD\Y]W^^_Vd[ka[\]_[c^V[fY`diiGFO?HTMl",
    br">VJR<SX<F\@APU9P]CG<DSZ\NdX]VYYY`aVi_YZ^]VfWTY]`akkfLGNIMXOl",
    br"@MRB7NL[<QYGOVBP^HDICTYPJdPQMRPQYVOaZROSUM^NLNUUUhdiK=JCMUIl",
    br"CNBAJFIYN[X?D=OHJ;=@TIKBKXSVOSRSZXSbYTPTUP^RNPWXZ`ifOAJCPYIl",
    br"@TOO?AQ^9gWCPN=PbAFEA\W[LdX^X[^^aa\kg[^]\[b]YZa`^cdkFEO9WVNl",
    br"ESKU7QIB?e_DFDGP_AABEY[^PZNRMSPSYZOaZTSUVR[QNPMX[ebbO?K@FVJl",
    br";QVS9TYZ9d[PLL?SYFI@AYSZKaQTQUUV^TSd]WSTWO^SNPY[XbffO@JCORHl",
    br"DGABDGA]W^PAB9=FWF==TGfIbE[a^caffjcllb_ggaiba\kijlllSNSNS\Rl",
    br"?SQQ7WZXFTPSTS>LTU7RDRPWQYVZX[\\Z`\^RWZ[\YZa^[^]^aW]LESBTLHl",
    br"ELQM6PKU>\WGQGMN]P@MHMG^P[NTKQOOSSLaZRPTUO[OJNQS[dagL<HAKSFl",
    br"=MQC9>SY<cT@OU>MbTCCBL[aFbWXRVUV[\Vh_TVYXSaSQT]Z]ghgQBNENYLl",
    br":CSO9WS_@]YGDK?=\SCPDT^ZOfUVTVWV]]Xg_ZVXZVfXSV_[]`aeMANFF[Nl",
    br"AV@=>D=VCXIMSICJ\V?;FHX\RZTWRVTU]YUc\WSXVRaUQT]Z[dbcO@KEMYKl",
    br"HHC?OKIZHPFA?9FBg;DB@JEOU[X]X\[[d^[`fXZ]aYcYT]]a`fllVFPLR^Rl",
    br";XQJ:UQHBhQ?RU>A^<F@AXZYE_W[UVYY_`Wh^WYY\TdUTV[Y_jejNDOGO\Ol",
    br"MRNMPMTZQ_M>RQTVRGHQ2UJ[Z[VVW\UZ^ZO[[XY\Z[V[[Z\^Z]a_IATCQRIl",
    br"=REH9PFY>dLKDG=P`D@BFJT]EgTXNUSV][Ti[VTXTScTOR][\gkjQBMCQZKl",
    br"GZDT:LSD?`HKMSCDNNA:DTQWHaTVRUUU^ZUd`WSVUScTRSZZUikfP@N<FXFl",
    br">ZHR:QY?<Y]PNR@K`?BFGZUUC]RSMQQQZVPb[RQSTO_OMOVTWabdN>IBMYJl",
    br"EBFG=HHbDbZ=@<NAd=>;YWaPa]XgaPf\liejlehkhcjgbdjkljliEP\PZ^Rl",
    br"8TNR5SN[;a`OMIES[RNOWZYVX_VWVYYW]^Xh]WVUZTbXST_X`cbcCEODOYLl",
    br"<SNN;TRE;_QKS@?L[?COWZG^Y_PONPRQYTP[XRNTRM\PNNXWZ_^\L>KCQWKl",
    br"GTFRAO]TCb]PJWR;XRO8XV[RJ^LNMPRI[WTc^TSWMS^TOS]ZTagb:?GBKPIl",
    br"ILKOCPLWM]\D@AI9`Q@BUWMZUPNPKOMOYUO`XPNNQJZMJMTTUcdaO;F=IVEl",
    br"@USX2TXQBZVQNUFU\TQRL\WXFIQX\\]_^`Xb\\Z^YY[YVY`[a^Z^KIRGPVLl",
    br"XLGI[PKWPYRFRFTI^BECJUSQWYEE@CKKDWFSQAEBTCOAB=FNRGMWDCPJUZQl",
    br">ZVZCTSWB\XCXY?YTEWZ?XXZBYAIGJCKNUCKRANMCJQEFEDRVWK]?EMFPVNl",
    br"?[[[OZW@R^^BWZ8XaJPTH]X^Q_ANILCMNCH\DFIP@IPGGBLNXXN`DASLWZQl",
    br"@XW[;^Z[>Wa]]\CZaIRYK][^IaCHHD<GPS@WVJKQEKRHGIKPUVO\A>OJUYMl",
    br"Ma[O^PU]YhaGIBWZNBNWVH\B`bCKCCHGHSNZTEF@LIK=@@PFOCI^E=OKZ[Nl",
    br"@\]VG^^a=abDYM>YZBUZC_\X^^CJIGD?R[A`X@PPCLUHBGJ\TYSc@@RKR[Sl",
    br"FYSR=\WQL`[DWWHR_?RMKZZZYWGFKK;RKFBYQDJFIFVBBIJPVTU[H<SJVWOl",
    br"=YVW=SWYCZYXLXBX[OVHI[VXIZ>SML=OSSC\PQHOAORBJ@GVGYING?OISWNl",
    br"YaTC_RM^aeb[D:UXeXKGW_\d`cELCAGBE[Q\YDD<>CQHD@UJQK_IOGVKR]Ql",
    br"@OMSFRQSFPSQPQ@LPR@PFSROLNCFNP@NOUERMQNREFOQ8TJSLPSUDDWFINIl",
    br"JXTS9XWQ@X\RTKKX^NSUPSIWUXGIII:JLIBYVKLJMKPJDGMNO\TZE;QFTXLl",
    br"A_[ZAVb\>_bP^[?^cZUZTZX]\`>NKH>MPX?aOCFR@IWNGDHPV]M\?@PJUXEl",
    br":\V\?^V_C__W]^<W`ZPZFV`]O_=JLH>OPRC]SEINCBXMELKUXWVbKAQJX^Rl",
    br"@a``B]SZWbc[_`;]a^ZYG`X_\aBPDA@CARFZJ?QIBNYGB>HJ[WP[P?RKY]Rl",
    br"XBPZZCZ`]a[RQF\AbETTGLI_aaJI?CQGKXJVKCD<GB_=DCCJERV_RASR_]Tl",
    br":]]^H`^MJa]H`]@aa;TRLU\\M_@RJN@MPJDdOGJRBDZ@ICIKXZO`I?TJW\Pl",
    br"LOLLKKIMMXTSOSOSWRLM8S@SSWBKIOFJLVJNR@HLMOCGLP<LVQMREATDPSJl",
    br"Fa\^9[Z^K`aaaWA_^^SXHa[`^eBLHI<HIZAaNDGIAJVGDCJLQSH_L=SJW`Pl",
    br"JcC_>`[EDcSLSQGDRU[;GZQcFcGSDN@QNGBaKKLNFGNJD?HPQRFXL?VHT]Pl",
    br"Ba]cA_cHFfc`^]Aae?W]O\T`Bf@UGN>LXD@]UHHPDI[@FDGUTLE[K<NNT_Rl",
    br"YYYTY\U[L]]VX>ZB`FDHZPc^^^JGJDCGIUD`ZAC>PB]<??PM_P][@JXNXQSl",
    br":XWZ>ZXZ=ZZSYWJVZ[RUV]]XZ\?NGM<GMMBVNEGMJKQMJKXUXK[[@BTLVYNl",
    br">UUX?[XC:[WXWT>WZ@RTXXXWU\@RHLBPRJASMJLEELSDEKUXURWZHAQMXYOl",
    br"TTMRRVVUPYXUOSNTYSSKVWWWPVFMDGBHQPFUPDFNJALGH:QOTIHV@8JCRTIl",
    br"LYUTJWOVJV\WVSJZXUURMZX[VUHLEOGKPYOYWHEBK:WK:ESOLVMLH8LFSSIl",
    br"CNKQ=OOMGSTKNPAQNNKLOOSOMREKJR7OKPIUMNLNFMNPLPJQIPIED@JCMNFl",
    br"POPNMO]]Z^^^ZYYYb\Z[WY`CaaMNNMNM[]]b^ZW]]Xa[ZW^W`aba2EJ?MWMl",
    br"CD@CCBHIASJCBDEAOC>AHGHTVUJNILMKQRJ]TNIKOIXJGKPPRWc]FDhPehYl",
    br"CD@CCDIIDONADFFAR@?CGHHRSRPQOSQRYUQ]XPRUUP_QORUTU^`U<]?V^WSl",
    br"BG?CDDDGAIMCCFF@PB?BHGJQRTQTPRRTWURZ_USRVQ]QOQWXX\c\?AdEGc[l",
    br"CEAADG@HDPSCBEKAS@@CGFFKVUMROSTTUTS[ZRPTWQWQOSVWR\^`@NYF=[_l",
    br"HJHJDJLLGHOJJHJIRFFDMLPBPPNSQRRNVOPSUQNRSOWSOSTWWYTU7OCKM>=l",
    br"DECGAAJKERNHHAHEOBA?JIMQQSOSPRRGVUQTWTOFMPWOLFVVWVYV>INZRX:l",
    br"AJDD>HHHATMCFABESAA@FLNLJTMRMOLPTUN^WOOOONZMLLSUWXX^ABMDLXKl",
    br"DGBEDFHJDSNFDEGCPC=@FIKORUJMJLMMOPJUSNKJQJUKHLNPRSZY=CMEHUNl",
];
